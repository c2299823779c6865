// Which drawing of an answer counts: tests/drawing_in_text.json has the cases, which the page's Python passes, too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { findDrawing } from "../src/chat/drawing.ts";

interface Case {
  text: string;
  drawing: string | null;
}

for (const { text, drawing } of JSON.parse(readFileSync("../tests/drawing_in_text.json", "utf8")) as Case[]) {
  test(`the drawing in ${JSON.stringify(text)}`, () => assert.equal(findDrawing(text)?.source ?? null, drawing));
}
