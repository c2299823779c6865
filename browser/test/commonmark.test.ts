// The examples of CommonMark's specification, as nodes that are written as HTML, however the text arrives.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { GrowingText } from "../src/chat/markdown/document.ts";
import type { Node } from "../src/chat/markdown/nodes.ts";
import { safeLink } from "../src/chat/markdown/links.ts";

const { tests: EXAMPLES } = createRequire(`${process.cwd()}/package.json`)("commonmark-spec") as {
  tests: { number: number; markdown: string; html: string }[];
};

/** All nodes of a text that arrives in parts. */
function streamed(text: string, size: number): Node[] {
  const growing = new GrowingText({ maths: undefined, highlight: undefined });
  const nodes: Node[] = [];
  const take = (isEnd: boolean): void => {
    growing.parse(isEnd);
    const { from, nodes: changed } = growing.change();
    assert.ok(from <= nodes.length);
    nodes.splice(from, Infinity, ...changed);
  };
  for (let at = 0; at < text.length; at += size) {
    growing.append(text.slice(at, at + size));
    take(false);
  }
  take(true);
  return nodes;
}

const escaped = (text: unknown): string =>
  String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Nodes as the specification writes HTML. */
function html(nodes: readonly Node[]): string {
  const open: string[] = [];
  let out = "";
  for (const node of nodes) {
    if (node === null) out += open.pop();
    else if (typeof node === "string") out += /raw$/.test(open.at(-1) ?? "") ? node : escaped(node);
    else {
      const [name, given = {}] = node;
      const { language, href, src, title, start } = given;
      const named = title === undefined ? "" : ` title="${escaped(title)}"`;
      let end = `</${name}>`;
      if (name === "pre") {
        out += `<pre><code${language ? ` class="language-${escaped(language)}"` : ""}>`;
        end = "</code></pre>";
      } else if (name === "html" || name === "tag") end = "<!---->raw";
      else if (name === "br" && given.source) [out, end] = [out + String(given.source), ""];
      else if (name === "br") [out, end] = [`${out}<br />\n`, ""];
      else if (name === "hr") [out, end] = [`${out}<hr />`, ""];
      else if (name === "a" && given.bare) end = "";
      else if (name === "a") out += `<a href="${escaped(href)}"${named}>`;
      else if (name === "img") [out, end] = [`${out}<img src="${escaped(src)}" alt="`, `"${named} />`];
      else if (name === "ol" && start !== undefined) out += `<ol start="${start}">`;
      else out += `<${name}>`;
      open.push(end);
    }
  }
  return out.replaceAll("<!---->raw", "");
}

/** White space between blocks says nothing; what is in a block of code or of HTML does. */
function normalized(source: string): string {
  return source
    .split(/(<pre>[\s\S]*?<\/pre>)/)
    .map((part, i) =>
      i % 2
        ? part
        : part
            .replace(/\s*(<\/?(?:p|h[1-6]|blockquote|ul|ol|li|hr|table|thead|tbody|tr|td|th)(?: [^>]*)?>)\s*/g, "$1")
            .replace(/[ \t]*\n/g, "\n"),
    )
    .join("")
    .trim();
}

const given = EXAMPLES.map(({ number, markdown, html: expected }) => ({
  number,
  text: markdown.replaceAll("→", "\t"),
  expected: expected.replaceAll("→", "\t"),
}));

/** The examples that the page does not show as their HTML does. */
const CHANGED = {
  html: "21 31 148-191 201 308-309 344 475-477 491 494 524 536 613-617 623 625-631 642-643",
  link: "22-23 32-33 192-196 198 200 202-206 214-218 404 419 422 433 473-474 482-487 489 492 495-496 498-507 509-510 512 514-519 521-522 527-535 539-544 549-550 553-562 564-571 593 596 598-599 601",
  picture: "517 520 531 572-589 591",
  "bare address": "602 608 611",
};

test("there are 652 examples", () => assert.equal(given.length, 652));

for (const [name, size] of [
  ["one by one", 1],
  ["five by five", 5],
  ["at once", Infinity],
] as const) {
  test(`the examples of CommonMark, characters ${name}`, () => {
    const wrong = given.flatMap(({ number, text, expected }) => {
      const [found, right] = [html(streamed(text, Math.min(size, text.length))), expected].map(normalized);
      return found === right ? [] : [{ number, text, found, right }];
    });
    assert.deepEqual(wrong, []);
  });
}

/** What the page changes of an example, for safety or in its favour. */
function changes(text: string): string[] {
  return streamed(text, text.length).flatMap((node) => {
    if (!Array.isArray(node)) return [];
    const [name, { href, bare } = {}] = node;
    if (name === "html" || name === "tag") return ["html"];
    if (name === "img") return ["picture"];
    if (name === "a" && bare) return ["bare address"];
    return name === "a" && !safeLink(String(href)) ? ["link"] : [];
  });
}

/** Rising numbers, with a dash for what is between. */
function inRanges(numbers: readonly number[]): string {
  return numbers
    .map((number, i) => {
      if (number - 1 !== numbers[i - 1]) return ` ${number}`;
      return number + 1 === numbers[i + 1] ? "" : `-${number}`;
    })
    .join("")
    .trim();
}

test("what the page changes of the examples", () => {
  const found: Record<string, number[]> = {};
  for (const { number, text } of given)
    for (const change of new Set(changes(text))) (found[change] ??= []).push(number);
  assert.deepEqual(
    Object.fromEntries(Object.entries(found).map(([name, numbers]) => [name, inRanges(numbers)])),
    CHANGED,
  );
});
