import assert from "node:assert/strict";
import test from "node:test";
import { endlessLoop, repetition, runsOf, similarity, words } from "../src/chat/compare/text.ts";

test("words are letters and numbers of any language, in small letters", () => {
  assert.deepEqual(words('Ça va? <path d="M10-2.5"/> Привет'), ["ça", "va", "path", "d", "m10", "2", "5", "привет"]);
});

test("similarity is the share of three-word runs in common", () => {
  const alike = (one: string, other: string): number => similarity(runsOf(one), runsOf(other));
  // abc bcd cde against abc bcd bcx: two in common of four.
  assert.equal(alike("a b c d e", "a b c d x"), 2 / 4);
  assert.equal(alike("a b c", "A, B; C."), 1);
  assert.equal(alike("a b c", "x y z"), 0);
  assert.equal(alike("", "  "), 1);
  assert.equal(alike("", "a"), 0);
  assert.equal(alike("yes", "yes"), 1);
});

test("repetition is the share of four-word runs that came before", () => {
  assert.equal(repetition("a b c d e f"), 0);
  // abab baba abab baba abab: two distinct of five.
  assert.equal(repetition("a b a b a b a b"), 3 / 5);
  assert.equal(repetition(""), 0);
});

test("a loop is three times the same at the end, of 60 characters and more", () => {
  const line = "and then it said so again, ";
  assert.deepEqual(endlessLoop("It began. " + line.repeat(3)), { passage: line, times: 3 });
  assert.deepEqual(endlessLoop("The end: " + "ha".repeat(40)), { passage: "ha", times: 40 });
  assert.equal(endlessLoop("It began. " + line.repeat(3) + "Then it stopped."), null);
  assert.equal(endlessLoop("x".repeat(59)), null);
  assert.equal(endlessLoop("A line that is said twice may be a refrain, and is no loop yet. ".repeat(2)), null);
  assert.equal(
    endlessLoop("A text of its own, as long as it may be, with nothing in it that is said more than once."),
    null,
  );
});

test("a loop cut in its midst is one", () => {
  const found = endlessLoop("Start " + "one two three four five ".repeat(4) + "one two");
  assert.equal(found?.times, 4);
  assert.equal(found?.passage.length, "one two three four five ".length);
});
