import assert from "node:assert/strict";
import test from "node:test";
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
