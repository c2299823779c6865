import assert from "node:assert/strict";
import test from "node:test";
import { liveOutcome } from "../src/python/live_outcome.ts";

const REFUSED = { error: { message: "The code's interpreter did not answer.", option: null, line: null } };

test("an answer of the reader's code is values, or an error with a line", () => {
  assert.deepEqual(liveOutcome('{"answer": {"values": "[1]"}}'), { answer: { values: "[1]" } });
  assert.deepEqual(liveOutcome('{"error": {"message": "No", "option": null, "line": 3}}'), {
    error: { message: "No", option: null, line: 3 },
  });
});

test("what an interpreter says besides is left out", () => {
  assert.deepEqual(liveOutcome('{"answer": {"values": "", "html": "<img>"}, "error": {}}'), { answer: { values: "" } });
  const long = JSON.stringify({ error: { message: "x".repeat(5000), option: "bits", line: "1" } });
  assert.deepEqual(liveOutcome(long), { error: { message: "x".repeat(1000), option: null, line: null } });
});

test("what is no answer is refused", () => {
  for (const outcome of [
    undefined,
    null,
    3,
    {},
    "",
    "{",
    "null",
    "[]",
    "{}",
    '{"answer": {"values": 3}}',
    '{"error": {"message": {}}}',
    " ".repeat(40_000_001),
  ]) {
    assert.deepEqual(liveOutcome(outcome), REFUSED);
  }
});
