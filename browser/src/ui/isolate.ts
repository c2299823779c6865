/** Foreign text beside our own: it does not change the direction of what stands around it. */

const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/;
const END = "\u2069";

/**
 * The text in an isolate (Unicode Standard Annex 9) if it has characters that turn the direction; embeddings and overrides end with it.
 *
 * It holds in attributes and options, where `bdi` does not. The engine's `isolated` (`core/foreign.py`) does the same in figures.
 */
export function isolated(text: string): string {
  if (!DIRECTIONS.test(text)) return text;
  let opened = 0;
  const inside = text.replace(/[\u2066-\u2069]/g, (character) => {
    if (character === END && !opened) return ""; // it would end the isolate around the text
    opened += character === END ? -1 : 1;
    return character;
  });
  return `\u2068${inside}${END.repeat(opened + 1)}`;
}
