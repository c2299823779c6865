/** Where two streams of tokens part. */

import type { Token } from "../answer.ts";

/** What is compared of a token is its text. */
type Piece = Pick<Token, "token">;

/** The places in two streams up to which they say the same. */
export interface Parting {
  /** The position of the first token that is not the other's, in each stream; its length where that stream has ended. */
  one: number;
  other: number;
}

const rest = (stream: readonly Piece[], from: number, to: number): string =>
  stream
    .slice(from, to)
    .map((piece) => piece.token)
    .join("");

/**
 * The first tokens that differ; null where both streams say the same to their ends.
 *
 * Two vocabularies may cut the same text differently: that is no difference. The streams part at the last place where both
 * had a token's end before their texts differ.
 */
export function parting(one: readonly Piece[], other: readonly Piece[]): Parting | null {
  let [i, j] = [0, 0];
  while (i < one.length || j < other.length) {
    let [toI, toJ] = [i + 1, j + 1];
    for (;;) {
      const [a, b] = [rest(one, i, toI), rest(other, j, toJ)];
      if (a === b) break;
      // Only while one is the beginning of the other may more tokens show them to be the same.
      if (a.length < b.length && b.startsWith(a) && toI < one.length) toI++;
      else if (b.length < a.length && a.startsWith(b) && toJ < other.length) toJ++;
      else return { one: i, other: j };
    }
    [i, j] = [Math.min(toI, one.length), Math.min(toJ, other.length)];
  }
  return null;
}
