import assert from "node:assert/strict";
import test from "node:test";
import { likeness, NAMINGS, spread, swapNames, type Block } from "../src/chat/compare/variation.ts";
import { random } from "../src/chat/compare/statistics.ts";

const blocks = (rows: number[][], prompt = 0): Block<number>[] => rows.map((answers) => ({ prompt, answers }));

test("two models that differ every time reach the smallest share", () => {
  // Sign flips of 4 pairs: 16 namings, and only all or none of them keep the difference.
  const verdict = swapNames(
    blocks([
      [1, 5],
      [2, 6],
      [1, 7],
      [0, 5],
    ]),
    spread,
  );
  assert.deepEqual(verdict, { share: 2 / 16, smallest: 2 / 16, namings: 16, isExact: true });
});

test("three models: all orders in every block", () => {
  const verdict = swapNames(
    blocks([
      [1, 5, 9],
      [2, 6, 10],
    ]),
    spread,
  );
  assert.deepEqual(verdict, { share: 6 / 36, smallest: 6 / 36, namings: 36, isExact: true });
});

test("models that do not differ are reached by every naming", () => {
  assert.equal(
    swapNames(
      blocks([
        [3, 3],
        [4, 4],
        [9, 9],
      ]),
      spread,
    ).share,
    1,
  );
});

// The differences 1, 2, 3, -1 sum to 5. Of the 16 signs, the sums 7, 5, 5 and their negatives reach that: 6.
test("a share is counted right", () => {
  assert.equal(
    swapNames(
      blocks([
        [0, 1],
        [0, 2],
        [0, 3],
        [1, 0],
      ]),
      spread,
    ).share,
    6 / 16,
  );
});

test("many namings are drawn, and what happened is among them", () => {
  const verdict = swapNames(blocks(Array.from({ length: 20 }, (_, i) => [i, i + 100])), spread);
  assert.deepEqual(verdict, { share: 1 / NAMINGS, smallest: 1 / NAMINGS, namings: NAMINGS, isExact: false });
});

test("with no difference between models, 5 % is reached one time in twenty", () => {
  const next = random(5);
  let alarms = 0;
  for (let i = 0; i < 1000; i++) {
    const rows = Array.from({ length: 8 }, () => {
      const block = next();
      return [block + next(), block + next()];
    });
    if (swapNames(blocks(rows), spread).share <= 0.05) alarms++;
  }
  // 12 of 256 namings are below 5 %: 4.7 %, and three standard deviations to either side.
  assert.ok(alarms > 27 && alarms < 67, `${alarms} of 1000`);
});

test("likeness pairs answers to one prompt with different seeds", () => {
  const alike = (one: number, other: number): number => (Math.floor(one / 10) === Math.floor(other / 10) ? 1 : 0);
  const found = likeness(
    [
      ...blocks([
        [1, 11],
        [2, 12],
        [3, 13],
      ]),
      ...blocks([[4, 14]], 1),
    ],
    alike,
  );
  // Of the 8 namings of the first prompt, all three alike or all three swapped; the second prompt's changes nothing.
  const verdict = { share: 2 / 8, smallest: 2 / 16, namings: 16, isExact: true };
  assert.deepEqual(found, { within: 1, between: 0, pairsWithin: 6, pairsBetween: 6, verdict });
});

test("with one seed there is no pair within a model", () => {
  const found = likeness(blocks([[1, 2]]), () => 1);
  assert.equal(found.pairsWithin, 0);
  assert.ok(Number.isNaN(found.within));
});
