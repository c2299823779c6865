/** Measures of an answer's text that compute themselves, and of how alike two texts are. */

/** Words and numbers, in small letters; everything else separates them. */
export function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

/** All runs of `size` words; of a text with fewer words, the text as one. */
function shingles(text: string, size: number): string[] {
  const all = words(text);
  if (all.length < size) return all.length ? [all.join(" ")] : [];
  return Array.from({ length: all.length - size + 1 }, (_, i) => all.slice(i, i + size).join(" "));
}

/** What of a text is compared with other texts: its runs of three words. */
export function runsOf(text: string): Set<string> {
  return new Set(shingles(text, 3));
}

/**
 * How alike two texts are, from 0 to 1: the Jaccard index of their runs of three words.
 *
 * Broder (1997), "On the resemblance and containment of documents", with shingles of three words. Two texts without words
 * are alike.
 */
export function similarity(one: Set<string>, other: Set<string>): number {
  const [few, many] = one.size < other.size ? [one, other] : [other, one];
  let common = 0;
  for (const run of few) if (many.has(run)) common++;
  const either = one.size + other.size - common;
  return either ? common / either : 1;
}

/**
 * The share of four-word runs that have come before in the text, from 0 to 1.
 *
 * seq-rep-4 of Welleck et al. (2020), "Neural text generation with unlikelihood training".
 */
export function repetition(text: string): number {
  const runs = shingles(text, 4);
  return runs.length ? 1 - new Set(runs).size / runs.length : 0;
}

/** A passage at the end of a text that is there several times in a row. */
export interface Loop {
  passage: string;
  times: number;
}

/** What fewer characters say over and over is a style, not a loop. */
const LOOP_LENGTH = 60;
const LOOP_TIMES = 3;

/**
 * The loop that a text ends in, the one that covers most of it; null where there is none of three times and 60 characters.
 *
 * A text's end repeats with a period where it is its own border, so one pass of Knuth, Morris and Pratt's failure function
 * over the reversed text finds every such end.
 */
export function endlessLoop(text: string): Loop | null {
  const at = (i: number): number => text.charCodeAt(text.length - 1 - i);
  const borders = new Int32Array(text.length + 1);
  let found: Loop | null = null;
  for (let length = 2; length <= text.length; length++) {
    let border = borders[length - 1]!;
    while (border && at(border) !== at(length - 1)) border = borders[border]!;
    borders[length] = at(border) === at(length - 1) ? border + 1 : 0;
    const period = length - borders[length]!;
    if (length >= LOOP_LENGTH && length >= LOOP_TIMES * period) {
      found = { passage: text.slice(-period), times: Math.floor(length / period) };
    }
  }
  return found;
}
