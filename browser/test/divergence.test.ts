import assert from "node:assert/strict";
import test from "node:test";
import { newAnswer } from "../src/chat/answer.ts";
import { said } from "../src/chat/compare/candidates.ts";
import { parting } from "../src/chat/compare/divergence.ts";

const stream = (...tokens: string[]) => tokens.map((token) => ({ token }));

test("equal streams do not part", () => {
  assert.equal(parting(stream("a", " b"), stream("a", " b")), null);
  assert.equal(parting([], []), null);
});

test("streams part at the first token that differs", () => {
  assert.deepEqual(parting(stream("the", " cat", " sat"), stream("the", " dog", " sat")), { one: 1, other: 1 });
  // One token is the beginning of the other, and the next ones show that it was another.
  assert.deepEqual(parting(stream("a", "cat", " sat"), stream("a", "cats", " sat")), { one: 1, other: 1 });
});

test("a stream that ends first parts there", () => {
  assert.deepEqual(parting(stream("a"), stream("a", "b")), { one: 1, other: 1 });
  assert.deepEqual(parting(stream("a"), []), { one: 0, other: 0 });
});

test("the same text in other pieces does not part", () => {
  assert.equal(parting(stream("can", "not", "!"), stream("cannot", "!")), null);
  assert.equal(parting(stream("ab", "cd"), stream("a", "bc", "d")), null);
  assert.deepEqual(parting(stream("can", "not", " x"), stream("cannot", " y")), { one: 2, other: 1 });
});

test("a token without text is no difference", () => {
  assert.equal(parting(stream("a", ""), stream("a")), null);
});

/** What is said of two equal answers of so many entries, for which the server counts so many tokens. */
function counted(entries: number, tokens: number): string {
  const settings = { seed: 0, temperature: 0, topP: 1, maxTokens: 9, think: false };
  const one = newAnswer({ model: "m", messages: [], settings }, { kind: "ollama", url: "" });
  for (let i = 0; i < entries; i++) one.tokens.push({ token: "漢", logprob: 0, candidates: [] });
  one.figures = { total: 1, tokens };
  return said({ prompt: "", models: [0, 1], answers: [one, one], parting: null }, ["q4", "q6"]);
}

test("entries that stand for several tokens are not called tokens", () => {
  assert.match(counted(4, 12), /4 entries for the 12 tokens of q4/);
  assert.doesNotMatch(counted(4, 4), /entries/);
  // The token that ends the answer is counted and not listed.
  assert.doesNotMatch(counted(4, 5), /entries/);
});
