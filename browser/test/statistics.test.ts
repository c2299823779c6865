import assert from "node:assert/strict";
import test from "node:test";
import {
  incompleteBeta,
  meanInterval,
  random,
  shareInterval,
  shuffled,
  studentReach,
  wilsonInterval,
} from "../src/chat/compare/statistics.ts";

const close = (found: number, expected: number, within: number): void =>
  assert.ok(Math.abs(found - expected) <= within, `${found} is not ${expected}`);

test("the incomplete beta function of whole numbers is a binomial tail", () => {
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
  for (const n of [1, 2, 5, 17, 40]) {
    for (let k = 1; k <= n; k++) {
      for (const p of [0.001, 0.1, 0.5, 0.73, 0.999]) {
        let tail = 0;
        for (let i = k; i <= n; i++) tail += choose(n, i) * p ** i * (1 - p) ** (n - i);
        close(incompleteBeta(p, k, n - k + 1), tail, 1e-12);
      }
    }
  }
});

test("the incomplete beta function with halves is an arc sine", () => {
  for (const x of [0.01, 0.3, 0.5, 0.9])
    close(incompleteBeta(x, 0.5, 0.5), (2 / Math.PI) * Math.asin(Math.sqrt(x)), 1e-13);
});

// Clopper and Pearson's interval of 10 trials, as tables print it.
test("an exact interval is the published one", () => {
  const published: [number, number, number, number][] = [
    [0, 10, 0, 0.3085],
    [1, 10, 0.0025, 0.445],
    [2, 10, 0.0252, 0.5561],
    [5, 10, 0.1871, 0.8129],
    [10, 10, 0.6915, 1],
  ];
  for (const [hits, trials, low, high] of published) {
    const interval = shareInterval(hits, trials);
    close(interval.low, low, 6e-5);
    close(interval.high, high, 6e-5);
  }
  // With no hit the upper end has a closed form: 1 - (alpha / 2) ** (1 / n).
  close(shareInterval(0, 7).high, 1 - 0.025 ** (1 / 7), 1e-12);
});

test("an exact interval covers any share at least as often as it says", () => {
  const trials = 12;
  const intervals = Array.from({ length: trials + 1 }, (_, hits) => shareInterval(hits, trials));
  const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
  for (let share = 0.01; share < 1; share += 0.01) {
    let covered = 0;
    intervals.forEach(({ low, high }, hits) => {
      if (low <= share && share <= high)
        covered += choose(trials, hits) * share ** hits * (1 - share) ** (trials - hits);
    });
    assert.ok(covered >= 0.95, `${share} is covered ${covered}`);
  }
});

test("an interval of no trial is refused", () => {
  assert.throws(() => shareInterval(0, 0), RangeError);
  assert.throws(() => shareInterval(3, 2), RangeError);
});

// Student's t, two-sided 5 %, as every table prints it.
test("Student's reach is the published one", () => {
  for (const [freedom, t] of [
    [1, 12.706],
    [2, 4.303],
    [4, 2.776],
    [9, 2.262],
    [30, 2.042],
    [120, 1.98],
  ] as const) {
    close(studentReach(freedom), t, 5e-4);
  }
});

test("a mean of one value has no interval", () => {
  assert.equal(meanInterval([3]), undefined);
  assert.deepEqual(meanInterval([3, 3]), { low: 3, high: 3 });
  const { low, high } = meanInterval([1, 2, 3, 4, 5])!;
  close(low, 3 - 2.776 * Math.sqrt(0.5), 1e-3);
  close(high, 3 + 2.776 * Math.sqrt(0.5), 1e-3);
});

test("a seed gives its own order, and a fair one", () => {
  const order = (seed: number): string => shuffled([0, 1, 2], random(seed)).join("");
  assert.equal(order(7), order(7));
  const seen = new Map<string, number>();
  for (let seed = 0; seed < 6000; seed++) seen.set(order(seed), (seen.get(order(seed)) ?? 0) + 1);
  assert.equal(seen.size, 6);
  for (const times of seen.values()) close(times, 1000, 150);
});

// Newcombe (1998), "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, table I: the score
// interval without continuity correction.
test("Wilson's interval is the published one", () => {
  for (const [hits, trials, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const interval = wilsonInterval(hits, trials);
    close(interval.low, low, 6e-5);
    close(interval.high, high, 6e-5);
  }
  assert.throws(() => wilsonInterval(0, 0), RangeError);
  assert.throws(() => wilsonInterval(3, 2), RangeError);
});

test("Wilson's interval holds the share, mirrors itself and lies within the exact one's reach", () => {
  for (let trials = 1; trials <= 60; trials++) {
    for (let hits = 0; hits <= trials; hits++) {
      const { low, high } = wilsonInterval(hits, trials);
      assert.ok(0 <= low && low <= hits / trials && hits / trials <= high && high <= 1);
      close(wilsonInterval(trials - hits, trials).low, 1 - high, 1e-12);
    }
  }
});
