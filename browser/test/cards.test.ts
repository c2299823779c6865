import assert from "node:assert/strict";
import test from "node:test";
import { addedDifferently, hasOtherTemplate } from "../src/chat/card.ts";
import { cardTable, isAlike } from "../src/chat/compare/cards.ts";
import type { ModelCard } from "../src/chat/wire.ts";

const card = (type: string, metadata: Record<string, unknown> = {}): ModelCard => ({
  name: "m",
  quantization: type,
  metadata: { "general.architecture": "llama", ...metadata },
  tensors: [
    { name: "norm", type: "F32", shape: [25] },
    { name: "blk.0", type, shape: [25, 2] },
    { name: "blk.1", type, shape: [5, 5] },
  ],
});

test("a table counts types by weights, shows what differs, and leaves out what does not", () => {
  const table = cardTable(
    [card("Q4_K", { "general.file_type": 15 }), card("Q6_K", { "general.file_type": 18, only: "x".repeat(99) })],
    ["q4", "q6"],
  )!;
  assert.deepEqual(table.head, ["", "q4", "q6"]);
  assert.deepEqual(table.rows, [
    ["Quantization", "Q4_K", "Q6_K"],
    ["Parameters", "–", "–"],
    ["Weights by type", "Q4_K 75 %, F32 25 %", "Q6_K 75 %, F32 25 %"],
    ["general.file_type", "15", "18"],
    ["only", "–", `${"x".repeat(60)} …`],
  ]);
});

test("a server that tells nothing gives no table", () => {
  assert.equal(cardTable([null, null], ["a", "b"]), undefined);
  assert.deepEqual(cardTable([null, card("Q6_K")], ["a", "b"])!.rows[0], ["Quantization", "–", "Q6_K"]);
});

test("files are alike where tensors and metadata are", () => {
  assert.ok(isAlike(card("Q4_K", { a: 1, b: 2 }), card("Q4_K", { b: 2, a: 1 })));
  assert.ok(!isAlike(card("Q4_K"), card("Q6_K")));
  assert.ok(!isAlike(card("Q4_K"), card("Q4_K", { b: 2 })));
  assert.ok(!isAlike(null, card("Q4_K")));
  // A server that tells no tensors cannot be believed to have told all.
  assert.ok(!isAlike({ ...card("Q4_K"), tensors: [] }, { ...card("Q4_K"), tensors: [] }));
});

test("what the server adds to files is told apart from what is in them", () => {
  const guessed = { ...card("Q4_K"), added: { TEMPLATE: "{{- range .Messages }}", PARAMETER: "stop x" } };
  const left = { ...card("Q4_K"), added: { TEMPLATE: "{#- x -#}{% for m in messages %}" } };
  assert.deepEqual(
    [hasOtherTemplate(guessed), hasOtherTemplate(left), hasOtherTemplate(card("Q4_K"))],
    [true, false, false],
  );
  assert.deepEqual(addedDifferently(guessed, left), ["TEMPLATE", "PARAMETER"]);
  assert.deepEqual(addedDifferently(left, left), []);
  assert.ok(!isAlike(guessed, left));
  const rows = cardTable([guessed, left], ["a", "b"])!.rows.map(([name]) => name);
  assert.deepEqual(rows.slice(-2), ["PARAMETER", "TEMPLATE"]);
});
