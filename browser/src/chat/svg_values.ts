/**
 * Removes SVG attributes with values that browsers reject: each would write an error to the console, and a model can write thousands.
 *
 * What is left draws the same: browsers ignore such an attribute, and a path or a list of points up to the first mistake.
 * The grammars are those of SVG 2, https://www.w3.org/TR/SVG2/.
 */

// No two parts of these can share a character: a pattern that can try another division of a long text takes for ever.
const NUMBER = String.raw`[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?`;
const BETWEEN = String.raw`(?:\s*,\s*|\s+|(?=[+-]))`;
const LENGTH = `${NUMBER}(?:em|ex|ch|rem|px|in|cm|mm|q|pt|pc|vw|vh|vmin|vmax|%)?`;
const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, "i");
const list = (item: string): string => `${item}(?:${BETWEEN}${item})*`;

const LENGTHS = whole(list(LENGTH));
const NUMBERS = whole(list(NUMBER));
const BOX = whole([NUMBER, NUMBER, NUMBER, NUMBER].join(BETWEEN));
const numbers = (count: string): string => String.raw`\s*\(\s*${NUMBER}(?:${BETWEEN}${NUMBER}){${count}}\s*\)`;
const TRANSFORM = `(?:matrix${numbers("5")}|(?:translate|scale)${numbers("0,1")}|rotate${numbers("0")}|rotate${numbers("2")}|skew[XY]${numbers("0")})`;
const TRANSFORMS = whole(String.raw`none|(?:${TRANSFORM}(?:\s*,)?\s*)*`);

const GRAMMARS: Readonly<Record<string, RegExp>> = {
  ...of(LENGTHS, [
    "x",
    "y",
    "dx",
    "dy",
    "width",
    "height",
    "r",
    "rx",
    "ry",
    "cx",
    "cy",
    "fx",
    "fy",
    "fr",
    "x1",
    "y1",
    "x2",
    "y2",
    "offset",
    "startOffset",
    "textLength",
  ]),
  ...of(LENGTHS, ["markerWidth", "markerHeight", "refX", "refY"]),
  ...of(NUMBERS, ["stdDeviation", "baseFrequency", "radius", "rotate"]),
  ...of(TRANSFORMS, ["transform", "gradientTransform", "patternTransform"]),
  ...of(BOX, ["viewBox"]),
};
/** A negative size is an error, too. */
const SIZES = new Set(["width", "height", "r", "rx", "ry", "fr", "textLength", "markerWidth", "markerHeight"]);
/** Names that markers and texts take in the place of a length. */
const WORDS: Readonly<Record<string, RegExp>> = {
  refX: /^(left|center|right)$/,
  refY: /^(top|center|bottom)$/,
  rotate: /^auto/,
};

function of(grammar: RegExp, names: readonly string[]): Record<string, RegExp> {
  return Object.fromEntries(names.map((name) => [name, grammar]));
}

/** Takes out of an element what browsers would ignore with an error. */
export function repair(element: Element): void {
  for (const attribute of [...element.attributes]) {
    const { localName: name, value: written } = attribute;
    const grammar = GRAMMARS[name];
    const value = written.trim();
    if (name === "d") attribute.value = validPath(value);
    else if (name === "points") attribute.value = validPoints(value);
    else if (
      grammar &&
      !WORDS[name]?.test(value) &&
      (!grammar.test(value) || (SIZES.has(name) && value.startsWith("-")))
    )
      element.removeAttributeNode(attribute);
  }
}

/** A list of points up to the first mistake. */
export function validPoints(points: string): string {
  return points.slice(0, after("nn", points, 0));
}

/** What follows each command of a path, as often as one likes: numbers, and flags. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  m: "nn",
  l: "nn",
  h: "n",
  v: "n",
  c: "nnnnnn",
  s: "nnnn",
  q: "nnnn",
  t: "nn",
  a: "nnnffnn",
};

/** A path up to the first mistake. */
export function validPath(path: string): string {
  let end = 0;
  for (;;) {
    const begin = skip(/\s*[a-z]/iy, path, end);
    if (begin === undefined) break;
    const command = path[begin - 1]!.toLowerCase();
    if (end === 0 && command !== "m") break;
    if (command === "z") {
      end = begin;
      continue;
    }
    // No comma stands between a command and what follows it.
    const grammar = skip(/\s*,/y, path, begin) === undefined ? ARGUMENTS[command] : undefined;
    const reached = grammar ? after(grammar, path, begin) : begin;
    if (reached === begin) break;
    end = reached;
  }
  return path.slice(0, end);
}

/** Where a text stops to be repetitions of numbers (`n`) and flags (`f`). */
function after(grammar: string, text: string, begin: number): number {
  for (let end = begin; ; ) {
    let at = end;
    for (const each of grammar) {
      const next = skip(/\s*,?\s*/y, text, at)!;
      const found = skip(each === "f" ? /[01]/y : ONE, text, next);
      if (found === undefined) return end;
      at = found;
    }
    end = at;
  }
}

const ONE = new RegExp(NUMBER, "iy");

/** Where a sticky pattern that begins at a place ends; undefined where it does not match. */
function skip(pattern: RegExp, text: string, begin: number): number | undefined {
  pattern.lastIndex = begin;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
