import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { newAnswer } from "../src/chat/answer.ts";
import { measure, MEASURES } from "../src/chat/compare/measures.ts";
import { NAMINGS } from "../src/chat/compare/variation.ts";

const REQUEST = {
  model: "m",
  messages: [],
  settings: { seed: 1, temperature: 1, topP: 1, maxTokens: 9, think: false },
};
const answer = (text: string) => ({ ...newAnswer(REQUEST, { kind: "openai" as const, url: "" }), text });

test("an answer's measures", () => {
  const figures = { total: 1000, firstToken: 120, tokens: 30, generation: 600 };
  const drawing = { isWellFormed: true, hasViewBox: false, elements: 4 };
  assert.deepEqual(measure({ ...answer("a b c d a b c d"), reason: "length", figures }, drawing), {
    svg: 1,
    wellFormed: 1,
    viewBox: 0,
    elements: 4,
    limit: 1,
    loop: 0,
    repetition: 1 - 4 / 5,
    words: 8,
    tokens: 30,
    speed: 50,
    firstToken: 120,
  });
});

test("what a server does not tell, and a broken picture does not have, is left out", () => {
  const values = measure(
    { ...answer("<svg"), reason: "looped", figures: { total: 1 } },
    { isWellFormed: false, hasViewBox: false, elements: 0 },
  );
  assert.deepEqual(
    [values.svg, values.wellFormed, values.elements, values.loop, values.tokens, values.speed],
    [1, 0, undefined, 1, undefined, undefined],
  );
});

test("the docs explain every measure by its name", () => {
  const docs = readFileSync("../docs/widgets/chat-comparison.md", "utf8");
  const table = docs.slice(docs.indexOf("| Measure |"), docs.indexOf("Similarity of two answers"));
  const explained = [...table.matchAll(/^\| ([^|]+) \|/gm)].map(([, label]) => label);
  assert.match(docs, new RegExp(`above ${NAMINGS.toLocaleString("en")} ways`));
  assert.deepEqual(explained, ["Measure", "---", ...MEASURES.map(({ label }) => label)]);
});
