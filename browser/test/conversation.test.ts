import { test } from "node:test";
import assert from "node:assert/strict";
import { newAnswer, type Answer } from "../src/chat/answer.ts";
import { addAnswer, Conversation, type Turn } from "../src/chat/conversation.ts";

const settings = { seed: 1, temperature: 0, topP: 1, maxTokens: 9, think: false };

function answer(turn: Turn, text: string): Answer {
  const made = newAnswer({ model: "m", messages: [], settings }, { kind: "ollama", url: "" });
  made.text = text;
  addAnswer(turn, made);
  return made;
}

/** What is shown: each prompt with the answer that the conversation goes on from. */
function shown(conversation: Conversation): string[] {
  return conversation.path().map(({ prompt, answers, chosen }) => `${prompt} ${answers[chosen]?.text}`);
}

/** Two prompts, each answered. */
function two(): [Conversation, Turn, Turn] {
  const conversation = new Conversation();
  const first = conversation.append("A");
  answer(first, "1");
  const second = conversation.append("B");
  answer(second, "2");
  return [conversation, first, second];
}

test("another answer begins a branch, and the former one leads back", () => {
  const [conversation, first] = two();
  answer(first, "other");
  assert.deepEqual(shown(conversation), ["A other"]);
  answer(conversation.append("C"), "3");
  assert.deepEqual(shown(conversation), ["A other", "C 3"]);
  first.chosen = 0;
  assert.deepEqual(shown(conversation), ["A 1", "B 2"]);
  first.chosen = 1;
  assert.deepEqual(shown(conversation), ["A other", "C 3"]);
  assert.equal(conversation.size, 3);
});

test("another prompt begins a branch, and the former one keeps what came after it", () => {
  const [conversation, first] = two();
  answer(conversation.beside(first, "Z"), "26");
  assert.deepEqual(shown(conversation), ["Z 26"]);
  const fork = conversation.root;
  assert.deepEqual(
    fork.turns.map(({ prompt }) => prompt),
    ["A", "Z"],
  );
  fork.chosen = 0;
  assert.deepEqual(shown(conversation), ["A 1", "B 2"]);
});

test("a prompt in the middle is changed at its place", () => {
  const [conversation, , second] = two();
  answer(conversation.append("C"), "3");
  answer(conversation.beside(second, "B2"), "22");
  assert.deepEqual(shown(conversation), ["A 1", "B2 22"]);
  const fork = conversation.fork(conversation.path()[1]!);
  assert.equal(fork.turns.length, 2);
  fork.chosen = 0;
  assert.deepEqual(shown(conversation), ["A 1", "B 2", "C 3"]);
});
