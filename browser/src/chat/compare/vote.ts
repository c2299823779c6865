/**
 * A blind vote: which of two answers is better, with the models' names hidden.
 *
 * Each pair is judged twice, once with each answer on the left, because people and machines alike prefer a side.
 */
import { random, shareInterval, shuffled, type Interval } from "./statistics.ts";

/** Two answers to one prompt with one seed, by the numbers of their cells. */
export interface Pair {
  one: number;
  other: number;
}

/** One question of the vote. */
export interface Ballot {
  pair: number;
  left: number;
  right: number;
}

/** What the voter chose; null for no difference. */
export type Choice = "left" | "right" | null;

/**
 * The ballots of a vote: every pair once, then every pair once more with its seats swapped.
 *
 * The order and the first seats are random, the same for the same seed. No pair is asked twice in a row unless it is the only one.
 */
export function ballots(pairs: readonly Pair[], seed: number): Ballot[] {
  const next = random(seed);
  const order = (): number[] =>
    shuffled(
      pairs.map((_, i) => i),
      next,
    );
  const swapped = pairs.map(() => next() < 0.5);
  const [first, second] = [order(), order()];
  if (second.length > 1 && second[0] === first.at(-1)) second.push(second.shift()!);
  const seat = (pair: number, isSwapped: boolean): Ballot => {
    const { one, other } = pairs[pair]!;
    return isSwapped ? { pair, left: other, right: one } : { pair, left: one, right: other };
  };
  return [...first.map((pair) => seat(pair, swapped[pair]!)), ...second.map((pair) => seat(pair, !swapped[pair]!))];
}

/** A vote between two models, counted. */
export interface Count {
  /** Pairs judged twice. */
  pairs: number;
  /** Pairs in which the same answer was chosen from both seats: one model's, the other model's. */
  one: number;
  other: number;
  /** Pairs with the same judgement both times, no difference included. */
  agreed: number;
  /** Pairs in which the same seat was chosen both times. */
  seat: number;
  /** The exact interval of the first model's share of the pairs it or the other won; undefined where there are none. */
  interval: Interval | undefined;
}

/**
 * Counts what was chosen.
 *
 * A pair counts for a model where its answer was chosen from both seats. All other pairs are ties, which the interval leaves out, as the
 * sign test does.
 *
 * @param asked The ballots, and what was chosen; those of pairs that were judged once only are left out.
 * @param isOne Whether a cell is the first model's.
 */
export function count(asked: readonly { ballot: Ballot; choice: Choice }[], isOne: (cell: number) => boolean): Count {
  const judgements = new Map<number, { cell: number | null; seat: Choice }[]>();
  for (const { ballot, choice } of asked) {
    const cell = choice && ballot[choice];
    judgements.set(ballot.pair, [...(judgements.get(ballot.pair) ?? []), { cell, seat: choice }]);
  }
  const twice = [...judgements.values()].filter((both) => both.length === 2);
  const same = twice.filter(([first, second]) => first!.cell === second!.cell);
  const won = same.flatMap(([first]) => (first!.cell === null ? [] : [first!.cell]));
  const one = won.filter(isOne).length;
  return {
    pairs: twice.length,
    one,
    other: won.length - one,
    agreed: same.length,
    seat: twice.filter(([first, second]) => first!.seat !== null && first!.seat === second!.seat).length,
    interval: won.length ? shareInterval(one, won.length) : undefined,
  };
}
