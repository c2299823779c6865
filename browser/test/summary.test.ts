import assert from "node:assert/strict";
import test from "node:test";
import { newAnswer } from "../src/chat/answer.ts";
import { measure } from "../src/chat/compare/measures.ts";
import { Comparison } from "../src/chat/compare/comparison.ts";
import { cellsOf, type Cell, type Plan, type Run } from "../src/chat/compare/run.ts";
import { controls, summarize } from "../src/chat/compare/summary.ts";

/** A comparison whose answers are what `write` says. */
function comparison(plan: Partial<Plan>, write: (cell: Cell) => string | null) {
  const settings = { temperature: 1, topP: 1, maxTokens: 10, think: false };
  const whole: Plan = { prompts: ["p"], system: "", models: ["a", "b"], seeds: [1, 2, 3, 4, 5, 6], settings, ...plan };
  const cells = cellsOf(whole);
  for (const cell of cells) {
    const text = write(cell);
    if (text === null) continue;
    const request = {
      model: whole.models[cell.model]!,
      messages: [],
      settings: { ...settings, seed: whole.seeds[cell.seed]! },
    };
    cell.answer = { ...newAnswer(request, { kind: "openai", url: "" }), text, reason: "stop", figures: { total: 1 } };
    cell.state = "done";
  }
  return { plan: whole, cells };
}

const summary = (run: ReturnType<typeof comparison>, prompts = [0]) =>
  summarize(run, prompts, ({ answer }) => measure(answer, null));
const row = (found: ReturnType<typeof summary>, name: string) =>
  found.rows.find(({ measure }) => measure.name === name)!;

const said = (times: number, word: string): string => Array.from({ length: times }, (_, i) => `${word}${i}`).join(" ");

test("models that differ in every block are told apart, as far as six seeds can", () => {
  const found = summary(comparison({}, ({ model, seed }) => said(10 + 10 * model + seed, model ? "x" : "y")));
  assert.equal(found.blocks, 6);
  assert.equal(row(found, "words").verdict!.share, 2 / 64);
  assert.equal(row(found, "words").figures[0]!.mean, 12.5);
  assert.equal(found.likeness!.between, 0);
  assert.equal(found.likeness!.pairsWithin, 30);
  assert.equal(found.likeness!.verdict!.share, 2 / 64);
});

test("one answer each says nothing", () => {
  const found = summary(comparison({ seeds: [1] }, ({ model }) => said(10 + model, "w")));
  assert.equal(found.likeness, undefined);
  for (const { verdict, figures } of found.rows) {
    assert.equal(verdict, undefined);
    for (const { interval } of figures) assert.equal(interval, undefined);
  }
});

test("a model that gives one text with every seed counts once", () => {
  const found = summary(comparison({}, ({ model, seed }) => said(model ? 10 + seed : 5, "w")));
  assert.deepEqual(found.unmoved, [0]);
  assert.equal(found.blocks, 1);
  assert.equal(row(found, "words").verdict, undefined);
  assert.equal(row(found, "words").figures[0]!.count, 1);
  assert.equal(row(found, "words").figures[1]!.count, 6);
  assert.notEqual(row(found, "words").figures[1]!.interval, undefined);
});

test("a block that lacks an answer is left out of what compares, and its answers count for their model", () => {
  const found = summary(comparison({}, ({ model, seed }) => (model && !seed ? null : said(10 + seed, "w"))));
  assert.equal(found.blocks, 5);
  assert.deepEqual(
    row(found, "words").figures.map(({ count }) => count),
    [6, 5],
  );
});

test("a share has its exact interval, and the control is no sample", () => {
  const line = "round and round and round it goes again ";
  const found = summary(
    comparison({}, ({ model, seed }) => (!model && seed < 3 ? `${seed} ${line.repeat(3)}` : `${seed}`)),
  );
  const { figures } = row(found, "loop");
  assert.deepEqual([figures[0]!.mean, figures[0]!.count, figures[1]!.mean], [0.5, 6, 0]);
  // Clopper and Pearson, 3 of 6.
  assert.ok(Math.abs(figures[0]!.interval!.low - 0.1181) < 6e-5);
});

test("prompts together: the names are swapped over all, and there is no common interval", () => {
  const prompts = Array.from({ length: 8 }, (_, i) => `p${i}`);
  const run = comparison({ prompts, seeds: [1] }, ({ model, prompt }) => said(5 + 10 * prompt + model, "w"));
  const found = summary(
    run,
    prompts.map((_, i) => i),
  );
  assert.equal(row(found, "words").verdict!.share, 2 / 256);
  assert.equal(row(found, "words").figures[0]!.interval, undefined);
  assert.equal(found.likeness, undefined);
});

test("an interval of what cannot be negative is not either", () => {
  const found = summary(comparison({ seeds: [1, 2] }, ({ seed }) => said(1 + 50 * seed, "w")));
  assert.equal(row(found, "words").figures[0]!.interval!.low, 0);
});

test("measures of SVG are left out where there is none", () => {
  const run = comparison({}, ({ seed }) => `${seed}`);
  assert.equal(row(summary(run), "elements"), undefined);
  const drawn = summarize(run, [0], ({ answer }) =>
    measure(answer, { isWellFormed: true, hasViewBox: false, elements: answer.text.length }),
  );
  assert.equal(row(drawn, "elements").figures[0]!.mean, 1);
  assert.equal(row(drawn, "viewBox").figures[0]!.mean, 0);
});

test("a control run tells the same from not the same", () => {
  const found = controls(comparison({}, ({ model, isControl }) => (model && isControl ? "the dog" : "the cat")));
  assert.deepEqual(found, [
    { model: 0, isSame: true, common: 7 },
    { model: 1, isSame: false, common: 4 },
  ]);
  assert.deepEqual(controls(comparison({}, ({ isControl }) => (isControl ? null : "x"))), []);
});

test("a vote is on answers to one prompt with one seed that differ", () => {
  const plan = { prompts: ["p", "q"], models: ["a", "b", "c"], seeds: [1] };
  const { cells, plan: whole } = comparison(plan, ({ model, prompt }) =>
    model === 2 && prompt ? null : `${prompt} ${Math.min(model, 1)}`,
  );
  const compared = new Comparison({ cells, plan: whole } as unknown as Run, plan.models, [], true, () => null);
  const pairs = compared
    .pairs()
    .map(({ one, other }) => [one, other].map((i) => `${plan.models[cells[i]!.model]}${cells[i]!.prompt}`).join(" "));
  // b and c said the same to the first prompt; c said nothing to the second.
  assert.deepEqual(pairs.sort(), ["a0 b0", "a0 c0", "a1 b1"]);
  const vote = compared.beginVote(1);
  assert.equal(compared.isTold, false);
  for (const { left, right } of vote.ballots)
    vote.choices.push(cells[left]!.model < cells[right]!.model ? "left" : "right");
  vote.isOver = true;
  const counts = compared.counts().map(({ one, other, count }) => [one, other, count.pairs, count.one]);
  assert.deepEqual(counts, [
    [0, 1, 2, 2],
    [0, 2, 1, 1],
  ]);
});
