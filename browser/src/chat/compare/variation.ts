/**
 * Do the answers of different models differ more than the answers of one model?
 *
 * Answers come in blocks: the answers of all models to one prompt with one seed. If models made no difference, the models' names
 * could be swapped within a block without anything becoming less likely; so the names are swapped, in every way or in many
 * random ways, and it is counted how often the models then differ at least as much as they did. This holds for any
 * distribution, and also where one seed makes the models' answers alike.
 */
import { mean, random, shuffled } from "./statistics.ts";

/** The answers to one prompt with one seed: one for each model, always in the same order. */
export interface Block<T> {
  prompt: number;
  answers: T[];
}

/** What swapping the names says. */
export interface Verdict {
  /** The share of namings in which the models differ at least as much as they did. */
  share: number;
  /** The smallest share that so many answers can give: those namings that only rename the models. */
  smallest: number;
  /** How many namings were tried. */
  namings: number;
  /** Every naming there is, rather than random ones. */
  isExact: boolean;
}

/** Exact up to this many namings; above it, so many random ones. */
export const NAMINGS = 2000;

/** Every order of the numbers below `count`. */
function orders(count: number): number[][] {
  if (count === 0) return [[]];
  return orders(count - 1).flatMap((order) =>
    Array.from({ length: count }, (_, i) => order.toSpliced(i, 0, count - 1)),
  );
}

function factorial(count: number): number {
  return count < 2 ? 1 : count * factorial(count - 1);
}

/** Ways to give the models' names to the answers of each block: every way, or many random ones. */
function* namings(blocks: number, models: number): Generator<number[][]> {
  const ways = factorial(models);
  const each = <T>(order: (block: number) => T): T[] => Array.from({ length: blocks }, (_, block) => order(block));
  if (ways ** blocks <= NAMINGS) {
    const all = orders(models);
    for (let i = 0; i < ways ** blocks; i++) yield each((block) => all[Math.floor(i / ways ** block) % ways]!);
    return;
  }
  const names = Array.from({ length: models }, (_, model) => model);
  const next = random(1);
  // What happened is one of the namings that could have: Phipson and Smyth (2010), "Permutation P-values should never be zero".
  yield each(() => names);
  for (let i = 1; i < NAMINGS; i++) yield each(() => shuffled(names, next));
}

/**
 * How often models with swapped names differ at least as much.
 *
 * @param blocks Complete blocks, at least two.
 * @param difference How much the models differ, from the blocks.
 */
export function swapNames<T>(blocks: Block<T>[], difference: (blocks: Block<T>[]) => number): Verdict {
  const models = blocks[0]!.answers.length;
  const seen = difference(blocks);
  let [reached, tried] = [0, 0];
  // One copy for all namings: there are thousands.
  const renamed = blocks.map(({ prompt, answers }) => ({ prompt, answers: [...answers] }));
  for (const naming of namings(blocks.length, models)) {
    blocks.forEach(({ answers }, i) =>
      naming[i]!.forEach((model, place) => (renamed[i]!.answers[place] = answers[model]!)),
    );
    tried++;
    // Sums in another order differ in their last bits.
    if (difference(renamed) >= seen - 1e-9 * Math.max(1, Math.abs(seen))) reached++;
  }
  const ways = factorial(models);
  const isExact = ways ** blocks.length <= NAMINGS;
  return { share: reached / tried, smallest: (isExact ? ways : 1) / tried, namings: tried, isExact };
}

/** How far apart the models' means are: the standard deviation of the means, from blocks of numbers. */
export function spread(blocks: Block<number>[]): number {
  const means = blocks[0]!.answers.map(
    (_, model) => blocks.reduce((sum, { answers }) => sum + answers[model]!, 0) / blocks.length,
  );
  const centre = mean(means);
  return Math.sqrt(mean(means.map((value) => (value - centre) ** 2)));
}

/** Mean similarity of pairs of answers to one prompt with different seeds. */
export interface Likeness {
  /** Both answers are of one model; not a number where there is no such pair. */
  within: number;
  /** The answers are of different models. */
  between: number;
  pairsWithin: number;
  pairsBetween: number;
}

/** The places of two blocks with the same prompt and different seeds, all of them. */
function pairsOf<T>(blocks: Block<T>[]): [number, number][] {
  return blocks.flatMap(({ prompt }, i) =>
    blocks.slice(0, i).flatMap((other, j): [number, number][] => (other.prompt === prompt ? [[i, j]] : [])),
  );
}

/**
 * How alike answers of one model, and answers of different models, are; and whether the models' names matter for it.
 *
 * @param alike The similarity of two answers, 0 to 1. Pairs with the same seed are left out: within a model there are none.
 */
export function likeness<T>(blocks: Block<T>[], alike: (one: T, other: T) => number): Likeness & { verdict: Verdict } {
  const pairs = pairsOf(blocks);
  const models = blocks[0]!.answers.length;
  const sumWithin = (renamed: Block<T>[]): number => {
    let sum = 0;
    for (const [i, j] of pairs) {
      const [one, other] = [renamed[i]!.answers, renamed[j]!.answers];
      for (let model = 0; model < models; model++) sum += alike(one[model]!, other[model]!);
    }
    return sum;
  };
  let all = 0;
  for (const [i, j] of pairs)
    for (const one of blocks[i]!.answers) for (const other of blocks[j]!.answers) all += alike(one, other);
  const within = sumWithin(blocks);
  const pairsWithin = pairs.length * models;
  const pairsBetween = pairsWithin * (models - 1);
  return {
    within: within / pairsWithin,
    between: (all - within) / pairsBetween,
    pairsWithin,
    pairsBetween,
    // Whatever the names, the sum over all pairs is the same: what is within is missing between.
    verdict: swapNames(blocks, sumWithin),
  };
}
