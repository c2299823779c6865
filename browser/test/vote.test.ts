import assert from "node:assert/strict";
import test from "node:test";
import { ballots, count, type Ballot, type Choice } from "../src/chat/compare/vote.ts";

// Cells 0 to 9 are one model's, 10 to 19 the other's.
const pairs = Array.from({ length: 10 }, (_, i) => ({ one: i, other: i + 10 }));
const isOne = (cell: number): boolean => cell < 10;
const vote = (choose: (ballot: Ballot) => Choice) =>
  count(
    ballots(pairs, 3).map((ballot) => ({ ballot, choice: choose(ballot) })),
    isOne,
  );

test("every pair is asked twice, from both seats, and not twice in a row", () => {
  for (let seed = 0; seed < 300; seed++) {
    const all = ballots(pairs.slice(0, 3), seed);
    for (const [i, { one, other }] of pairs.slice(0, 3).entries()) {
      const seats = all.filter(({ pair }) => pair === i).map(({ left, right }) => `${left} ${right}`);
      assert.deepEqual(seats.sort(), [`${one} ${other}`, `${other} ${one}`].sort());
    }
    all.slice(1).forEach(({ pair }, i) => assert.notEqual(pair, all[i]!.pair));
  }
});

test("a seed gives its own ballots", () => {
  assert.deepEqual(ballots(pairs, 1), ballots(pairs, 1));
  assert.notDeepEqual(ballots(pairs, 1), ballots(pairs, 2));
  const left = Array.from({ length: 200 }, (_, seed) => isOne(ballots(pairs, seed)[0]!.left)).filter(Boolean).length;
  assert.ok(left > 60 && left < 140, `${left} of 200`);
});

test("a voter who knows wins every pair", () => {
  const found = vote(({ left }) => (isOne(left) ? "left" : "right"));
  assert.deepEqual(
    { ...found, interval: undefined },
    { pairs: 10, one: 10, other: 0, agreed: 10, seat: 0, interval: undefined },
  );
  assert.equal(found.interval!.high, 1);
  assert.ok(Math.abs(found.interval!.low - 0.6915) < 6e-5);
});

test("a voter who prefers a seat decides nothing", () => {
  assert.deepEqual(
    vote(() => "left"),
    { pairs: 10, one: 0, other: 0, agreed: 0, seat: 10, interval: undefined },
  );
});

test("no difference is a judgement, and no win", () => {
  assert.deepEqual(
    vote(() => null),
    { pairs: 10, one: 0, other: 0, agreed: 10, seat: 0, interval: undefined },
  );
});

test("a pair judged once does not count", () => {
  const all = ballots(pairs, 3)
    .slice(0, 11)
    .map((ballot) => ({ ballot, choice: "left" as const }));
  assert.equal(count(all, isOne).pairs, 1);
});

test("one judgement of no difference makes a pair undecided", () => {
  const [first, second] = ballots([pairs[0]!], 1);
  const found = count(
    [
      { ballot: first!, choice: "left" },
      { ballot: second!, choice: null },
    ],
    isOne,
  );
  assert.deepEqual(found, { pairs: 1, one: 0, other: 0, agreed: 0, seat: 0, interval: undefined });
});
