// What is reasoning in a text and what is the answer, in pieces of every size.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newAnswer, receive, type Answer } from "../src/chat/answer.ts";
import { Records } from "../src/chat/dialects/openai.ts";
import { Reasoning } from "../src/chat/reasoning.ts";
import type { Piece } from "../src/chat/stream.ts";
import type { ChatEvent } from "../src/chat/wire.ts";

const SETTINGS = { seed: 0, temperature: 0, topP: 1, maxTokens: 9, think: true };

/** What an answer holds after some pieces. */
function heard(pieces: Iterable<Piece>): Pick<Answer, "text" | "thinking"> {
  const answer = newAnswer({ model: "m", messages: [], settings: SETTINGS }, { kind: "openai", url: "" });
  for (const piece of pieces) receive(answer, piece as ChatEvent);
  const { text, thinking } = answer;
  return { text, thinking };
}

function* split(text: string, size: number): Generator<Piece> {
  const reasoning = new Reasoning();
  for (let at = 0; at < text.length; at += size) yield* reasoning.push(text.slice(at, at + size));
  yield* reasoning.flush();
}

const FENCE = "```";

/** The text that a server sends, the reasoning in it, and the answer. */
const CASES: [sent: string, thinking: string, answer: string][] = [
  ["Four.", "", "Four."],
  ["  Four.\n", "", "  Four.\n"],
  ["", "", ""],
  [" \n", "", " \n"],
  ["<think>2+2.</think>Four.", "2+2.", "Four."],
  ["\n<think>\n2+2.\n</think>\n\nFour.", "\n2+2.\n", "Four."],
  ["<think>\n\n</think>\n\nFour.", "\n\n", "Four."],
  ["<think></think>Four.", "", "Four."],
  ["<think>2+2.</think>\n\n</think>\n\nFour.", "2+2.", "Four."],
  ["<think>2+2", "2+2", ""],
  ["<think> Let me see: 2+2. </think> Four.", " Let me see: 2+2. ", "Four."],
  ["<think>a < b</think>Yes", "a < b", "Yes"],
  ["<think>one</think>\n<think>two</think>\nFour.", "onetwo", "Four."],
  ["<thinking>2+2.</thinking>\nFour.", "2+2.", "Four."],
  ["<thought>2+2.</thought>\nFour.", "2+2.", "Four."],
  ["<reasoning>2+2.</reasoning>\nFour.", "2+2.", "Four."],
  ["[THINK]Hmm 2+2.[/THINK]4", "Hmm 2+2.", "4"],
  ["<|START_THINKING|>2+2.<|END_THINKING|>4", "2+2.", "4"],
  // The first mark is in the template.
  ["2+2 is simple.\n</think>\n\nFour.", "2+2 is simple.\n", "Four."],
  ["Hmm 2+2.</think>4", "Hmm 2+2.", "4"],
  ["</think>\n\nFour.", "", "Four."],
  ["2+2.\n</think>", "2+2.\n", ""],
  ["Hmm.[/THINK]4", "Hmm.", "4"],
  [`${FENCE}\ncode\n${FENCE}\nso\n</think>\nFour.`, `${FENCE}\ncode\n${FENCE}\nso\n`, "Four."],
  // Harmony.
  [
    "<|channel|>analysis<|message|>2+2.<|end|><|start|>assistant<|channel|>final<|message|>Four.<|return|>",
    "2+2.",
    "Four.",
  ],
  ["<|start|>assistant<|channel|>final<|message|>a <| b", "", "a <| b"],
  [
    "<|channel|>commentary to=f <|constrain|>json<|message|>{}<|call|><|start|>assistant<|channel|>final<|message|>ok",
    "{}",
    "ok",
  ],
  ["<|channel|>analysis<|message|>2+2", "2+2", ""],
  // Answers that speak of the marks.
  ["`<think>` and `</think>` are tags.", "", "`<think>` and `</think>` are tags."],
  ["<think> and </think> are tags.", "", "<think> and </think> are tags."],
  ["The tags <think> and </think> stand around it.", "", "The tags <think> and </think> stand around it."],
  ["It ends with </think> here.", "", "It ends with </think> here."],
  ["It ends with “</think>”.", "", "It ends with “</think>”."],
  ["The mark `</think>`\nends it.", "", "The mark `</think>`\nends it."],
  [`Look:\n${FENCE}xml\n</think>\n${FENCE}\nDone.`, "", `Look:\n${FENCE}xml\n</think>\n${FENCE}\nDone.`],
  ["[THIN] <thin> </thin> <|start <", "", "[THIN] <thin> </thin> <|start <"],
  ["<thinker>x</thinker>", "", "<thinker>x</thinker>"],
  ["<|channel|> is a token.", "", "<|channel|> is a token."],
];

for (const [sent, thinking, text] of CASES) {
  test(`reasoning in ${JSON.stringify(sent)}`, () => {
    for (const size of [1, 2, 3, 5, 7, 1000])
      assert.deepEqual(heard(split(sent, size)), { text, thinking }, `in pieces of ${size}`);
  });
}

/** What is made of messages of OpenAI's API. */
function said(...deltas: object[]): Pick<Answer, "text" | "thinking"> {
  const records = new Records(200);
  return heard([...deltas.flatMap((delta) => [...records.take({ choices: [{ delta }] })]), ...records.finish()]);
}

test("reasoning in fields of its own", () => {
  const found = { text: "4", thinking: "2+2" };
  for (const name of ["reasoning_content", "reasoning", "thinking"])
    assert.deepEqual(said({ [name]: "2+2" }, { content: "4" }), found, name);
  assert.deepEqual(said({ reasoning: "2+2", content: "4" }), found);
});

test("content as a list of parts", () => {
  const parts = [
    { type: "thinking", thinking: [{ type: "text", text: "2+" }] },
    { type: "thinking", thinking: "2" },
    { type: "text", text: "4" },
  ];
  assert.deepEqual(said({ content: parts }), { text: "4", thinking: "2+2" });
  assert.deepEqual(said({ content: [{ type: "reasoning", text: "2+2" }] }, { content: "4" }), {
    text: "4",
    thinking: "2+2",
  });
});

test("texts full of beginnings arrive whole", () => {
  for (const part of ["<", "[", "</", "<thin", "`", " </think> ", "<|"]) {
    const text = `x ${part.repeat(20_000)}`;
    assert.deepEqual(heard(split(text, 100)), { text, thinking: "" }, part);
  }
});

test("blank characters without an end are not kept for a mark that may follow", () => {
  const reasoning = new Reasoning();
  let said = "";
  for (let i = 0; i < 100; i++)
    for (const piece of reasoning.push("\n".repeat(100))) if (piece.type === "text") said += piece.text;
  assert.ok(said.length > 9_000);
  assert.deepEqual(heard(split(`${"\n".repeat(10_000)}4`, 100)), { text: `${"\n".repeat(10_000)}4`, thinking: "" });
  assert.deepEqual(heard(split(`${"\n".repeat(100)}<think>2+2</think>4`, 7)), { text: "4", thinking: "2+2" });
});
