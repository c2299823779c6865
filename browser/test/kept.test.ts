import { test } from "node:test";
import assert from "node:assert/strict";
import { newAnswer, receive } from "../src/chat/answer.ts";
import { addAnswer, Conversation } from "../src/chat/conversation.ts";
import { pack, unpack } from "../src/chat/kept.ts";
import type { Message } from "../src/chat/wire.ts";

const settings = { seed: 1, temperature: 0, topP: 1, maxTokens: 9, think: false };

/** A conversation of so many prompts, each sent with all earlier ones. */
function talk(prompts: number): Conversation {
  const conversation = new Conversation();
  const messages: Message[] = [];
  for (let i = 0; i < prompts; i++) {
    const prompt = `prompt ${i} `.repeat(50);
    messages.push({ role: "user", content: prompt });
    const answer = newAnswer({ model: "m", messages: [...messages], settings }, { kind: "ollama", url: "http://a" });
    receive(answer, { type: "token", token: "a", logprob: -1, candidates: [{ token: "b", logprob: -2 }] });
    receive(answer, { type: "text", text: `answer ${i} `.repeat(50) });
    receive(answer, { type: "done", reason: "stop", figures: { total: 1 } });
    addAnswer(conversation.append(prompt), answer);
    messages.push({ role: "assistant", content: answer.text });
  }
  return conversation;
}

test("a conversation comes back as it was kept", () => {
  const made = talk(3);
  assert.deepEqual(unpack(pack(made.root))?.root, made.root);
});

test("an answer that was kept while it grew is cut, and grows no more", () => {
  const made = talk(1);
  const answer = newAnswer({ model: "n", messages: [], settings }, { kind: "openai", url: "" });
  receive(answer, { type: "waiting", why: "busy", seconds: 1, now: () => {} });
  addAnswer(made.path()[0]!, answer);
  const [, kept] = unpack(pack(made.root))!.root.turns[0]!.answers;
  assert.equal(kept!.reason, "cut");
  assert.equal(answer.reason, undefined);
});

test("its size does not grow with the square of its length", () => {
  const [some, more] = [pack(talk(20).root).length, pack(talk(80).root).length];
  assert.ok(more < 6 * some, `${more} characters for 80 prompts, ${some} for 20`);
});

test("what no page has kept is no conversation", () => {
  const good = pack(talk(1).root);
  for (const [part, other] of [
    ['"reason":"stop"', '"reason":"<b>"'],
    ['"text":"answer', '"text":7,"other":"answer'],
    ['"chosen":0}', '"chosen":-1}'],
    ['"seed":1', '"seed":"1"'],
    ['"total":1', '"total":null'],
    ['"messages":[0]', '"messages":[9]'],
    ['"logprob":-2', '"logprob":{}'],
  ] as const) {
    const bad = good.replace(part, other);
    assert.notEqual(bad, good, part);
    assert.equal(unpack(bad), undefined, part);
  }
  for (const text of ["", "null", "[]", "[[],7]", '[[],"null"]', good.slice(1), `[[],"${"[".repeat(100_000)}"]`])
    assert.equal(unpack(text), undefined, text.slice(0, 20));
});
