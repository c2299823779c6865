// Which drawing of an answer counts: tests/drawing_in_text.json has the cases, which the page's Python passes, too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DrawingFinder, findDrawing } from "../src/chat/drawing_finder.ts";
import { random } from "../src/chat/compare/statistics.ts";

interface Case {
  text: string;
  drawing: string | null;
}

const CASES = JSON.parse(readFileSync("../tests/drawing_in_text.json", "utf8")) as Case[];

for (const { text, drawing } of CASES) {
  test(`the drawing in ${JSON.stringify(text)}`, () => assert.equal(findDrawing(text)?.source ?? null, drawing));
}

/** What is found in a text that arrives in parts of at most so many characters, after each of them. */
function inParts(text: string, most: number, next: () => number): void {
  const finder = new DrawingFinder();
  for (let from = 0; from < text.length; ) {
    const to = Math.min(text.length, from + 1 + Math.floor(next() * most));
    finder.push(text.slice(from, to));
    const come = text.slice(0, to);
    assert.deepEqual(finder.find(come), findDrawing(come), JSON.stringify(come));
    from = to;
  }
}

test("a text that arrives in parts holds what the whole holds, at any time", () => {
  const next = random(7);
  const parts = ["<svg", "<svg ", "</svg>", "/", ">", "<", "\n", " ", "```", "`", "s", "v", "g", "<SVG/>", "x"];
  for (const { text } of CASES) for (const most of [1, 2, 5]) inParts(text, most, next);
  for (let i = 0; i < 300; i++) {
    const words = Array.from({ length: 30 }, () => parts[Math.floor(next() * parts.length)]!);
    inParts(words.join(""), 6, next);
  }
});

/** A text that counts how often one of its characters is looked at. */
class Counted extends String {
  looks = 0;
  override charCodeAt(index: number): number {
    this.looks++;
    return super.charCodeAt(index);
  }
}

/** How many characters are looked at while a text arrives and is searched after each part. */
function looks(text: string): number {
  const finder = new DrawingFinder();
  let count = 0;
  for (let from = 0; from < text.length; from += 100) {
    const part = new Counted(text.slice(from, from + 100));
    finder.push(part as unknown as string);
    finder.find(text);
    count += part.looks;
  }
  return count;
}

const HOSTILE: Record<string, (n: number) => string> = {
  "tags that do not end": (n) => "<svg ".repeat(n),
  "lines without anything": (n) => `<svg>${"\n".repeat(n)}`,
  "lines of white space": (n) => `<svg>${"\n ".repeat(n)}`,
  "runs of backticks": (n) => `<svg>\n${"``\n".repeat(n)}`,
  "drawings inside drawings": (n) => "<svg>".repeat(n) + "</svg>".repeat(n),
  "one line": (n) => `<svg a="${"x".repeat(n)}`,
};

for (const [name, make] of Object.entries(HOSTILE)) {
  test(`a text twice as long takes twice the work: ${name}`, () => {
    const [one, two] = [make(2000), make(4000)];
    assert.equal(looks(one), one.length);
    assert.equal(looks(two), two.length);
  });
}

test("what stands before the first drawing and behind a drawing is told", () => {
  const tell = (text: string): [number, boolean] => {
    const finder = new DrawingFinder();
    finder.push(text);
    return [finder.first, finder.hasWordsBehind];
  };
  assert.deepEqual(tell("no drawing"), [-1, false]);
  assert.deepEqual(tell(" <svg><g/></svg> \n"), [1, false]);
  assert.deepEqual(tell("<svg></svg> <svg></svg>"), [0, false]);
  assert.deepEqual(tell("<svg></svg>\n so"), [0, true]);
  assert.deepEqual(tell("<svg><svg></svg> so"), [0, false]);
});
