// What a model wrote, as it arrives in the page: every word, maths, and work that grows as the text does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { GrowingText } from "../src/chat/markdown/document.ts";
import { highlight } from "../src/chat/markdown/highlight.ts";
import type { Node } from "../src/chat/markdown/nodes.ts";
import { MOST_OF_ALL } from "../src/chat/markdown/parse.ts";
import { maths } from "../src/chat/markdown/tex.ts";

const NO_TOOLS = { maths: undefined, highlight: undefined };

/** All nodes of a text that arrives in parts. */
function streamed(text: string, size = text.length, tools: object = NO_TOOLS): Node[] {
  const growing = new GrowingText(tools);
  const nodes: Node[] = [];
  for (let at = 0; at <= text.length; at += size || 1) {
    growing.append(text.slice(at, at + size));
    growing.parse(at + size >= text.length);
    const { from, nodes: changed } = growing.change();
    nodes.splice(from, Infinity, ...changed);
    if (at + size >= text.length) break;
  }
  return nodes;
}

/** Nodes in short: names in brackets. */
function brief(text: string, tools: object = NO_TOOLS): string {
  const [one, five, all] = [1, 5, text.length].map((size) =>
    streamed(text, size, tools)
      .map((node) => (node === null ? ")" : typeof node === "string" ? node : `(${node[0]} `))
      .join(""),
  );
  assert.equal(one, all, "one by one");
  assert.equal(five, all, "five by five");
  return all!;
}

const words = (nodes: readonly Node[]): string => nodes.filter((node) => typeof node === "string").join("");

const WORDS: [text: string, nodes: string][] = [
  ["The list [1, 2, 3] and a[0] and m[i][j]; see [2].", "(p The list [1, 2, 3] and a[0] and m[i][j]; see [2].)"],
  ["my_var_name and x_1 and x_2", "(p my_var_name and x_1 and x_2)"],
  ["a * b * c and 2*3*4", "(p a * b * c and 2(em 3)4)"],
  ["1. one\n2. two", "(ol (li one)(li two))"],
  ["1) one\n2) two", "(ol (li one)(li two))"],
  ["1. 2.", "(ol (li (ol (li ))))"],
  ["~~~\na ~~ b\n~~~", "(pre a ~~ b\n)"],
  ["~~gone~~ &amp; here", "(p (s gone) & here)"],
  ["A <b>tag</b> and a<br>line", "(p A (tag <b>)tag(tag </b>) and a(br )line)"],
  ["<https://example.org/x>", "(p (a https://example.org/x))"],
  [
    "See https://example.org/a_b_c. Or (https://example.org/x(y)).",
    "(p See (a https://example.org/a_b_c). Or ((a https://example.org/x(y))).)",
  ],
  ["- [x] done\n- [ ] open\n- [y] no", "(ul (li (task ) done)(li (task ) open)(li [y] no))"],
  ["| a | b |\n| - | -: |\n| `x|y` | 2 |", "(table (thead (tr (th a)(th b)))(tbody (tr (td `x)(td y`))))"],
  ["![a *picture*](https://example.org/x.png)", "(p (img a picture))"],
  ["[foo] and [bar]\n\ntext\n\nmore\n\n[foo]: https://example.org\n", "(p (a foo) and [bar])(p text)(p more)"],
  ["```python\nx = [1]\n```\nafter", "(pre x = [1]\n)(p after)"],
  ["It is 3 < 4 and 5 > 4 & so on; C:\\path \\* x", "(p It is 3 < 4 and 5 > 4 & so on; C:\\path * x)"],
];

for (const [text, nodes] of WORDS) test(`the words of ${JSON.stringify(text)}`, () => assert.equal(brief(text), nodes));

/** Formulas in brackets, as they are found; everything else as it is. */
const found = (tex: string, isDisplay: boolean): Node[] => [[isDisplay ? "math:block" : "math:line"], tex, null];

const FORMULAS: [text: string, nodes: string][] = [
  ["So $x^2$ is", "(p So (math:line x^2) is)"],
  ["So $x$, $y$ and $n-1$.", "(p So (math:line x), (math:line y) and (math:line n-1).)"],
  [
    "First.\n\n$$x^2$$\n\n```python\nprint(1)\n```\n\nLast *word*.",
    "(p First.)(math:block x^2)(pre print(1)\n)(p Last (em word).)",
  ],
  ["$$\na\n+ b\n= c\n$$\nafter", "(math:block a\n+ b\n= c)(p after)"],
  ["text:\n$$\nx\n$$", "(p text:)(math:block x)"],
  ["\\[\n\\frac{a}{b}\n\\]", "(math:block \\frac{a}{b})"],
  ["so \\(a_1\\) and \\(n\\)", "(p so (math:line a_1) and (math:line n))"],
  ["\\[ E = mc^2 \\]", "(math:block E = mc^2)"],
  ["in $$a=b$$ here", "(p in (math:block a=b) here)"],
  ["- $$x$$\n- \\(y\\)", "(ul (li (math:block x))(li (math:line y)))"],
  // No formulas.
  ["It costs $5 and $10.", "(p It costs $5 and $10.)"],
  ["From $5 to 10$ a piece, or $3-$4, US$5 or 6$.", "(p From $5 to 10$ a piece, or $3-$4, US$5 or 6$.)"],
  ["Set $PATH and $HOME, or $HOME:$PATH", "(p Set $PATH and $HOME, or $HOME:$PATH)"],
  ["`$x$` and \\$x$", "(p (code $x$) and $x$)"],
  ["\\[1\\] and \\(optional, too\\)", "(p [1] and (optional, too))"],
  ["$$ alone\n\nand $$", "(p $$ alone)(p and $$)"],
  ["a $x", "(p a $x)"],
];

for (const [text, nodes] of FORMULAS)
  test(`formulas in ${JSON.stringify(text)}`, () => assert.equal(brief(text, { ...NO_TOOLS, maths: found }), nodes));

test("a formula is set as MathML, and what is none stays as it was written", () => {
  const nodes = streamed("So $\\frac{a}{b}$ and $\\nonsense{x}$ and $\\href{https://example.org}{x}$", 9, {
    ...NO_TOOLS,
    maths,
  });
  const names = nodes.flatMap((node) => (Array.isArray(node) ? [node[0]] : []));
  assert.ok(names.includes("math:mfrac"));
  assert.equal(names.filter((name) => name === "math:math").length, 1);
  assert.match(words(nodes), /\$\\nonsense\{x\}\$.*\$\\href\{https:\/\/example.org\}\{x\}\$/);
});

test("code is marked by its language, and none of it is lost", () => {
  const code = 'def f(x):\n    """Doc."""\n    return x + 1  # one\n';
  const nodes = streamed(`\`\`\`python\n${code}\`\`\``, 7, { ...NO_TOOLS, highlight });
  assert.equal(words(nodes), code);
  assert.ok(nodes.some((node) => Array.isArray(node) && /keyword/.test(String(node[1]?.kind))));
  for (const language of ["json", "js", "ts", "svg", "unknown", "constructor"]) {
    const source = '{"a": [1, <b/>]} // x\n';
    assert.equal(words(streamed(`\`\`\`${language}\n${source}\`\`\``, 3, { ...NO_TOOLS, highlight })), source);
  }
});

const SIZE = 120_000;
const times = (part: string): string => part.repeat(SIZE / part.length);

/** Texts that cost much, by what they are made of. */
const HOSTILE: Record<string, string> = {
  quotes: `${">".repeat(3000)}x`,
  "many quotes": times(">"),
  brackets: times("["),
  pictures: times("!["),
  stars: times("*"),
  emphasis: times("*a **b "),
  "emphasis that ends": "*a ".repeat(SIZE / 6) + "b* ".repeat(SIZE / 6),
  backticks: times("`"),
  "runs of backticks": Array.from({ length: 700 }, (_, i) => "`".repeat(i)).join(" "),
  strikes: times("~~a "),
  "less than": times("<"),
  "one line": times("x"),
  "one block": times("word "),
  lines: times("a\n"),
  paragraphs: times("a\n\n"),
  "nested lists": Array.from({ length: 700 }, (_, i) => `${" ".repeat(2 * (i % 300))}- a\n`).join(""),
  "list in list": times("- "),
  "list items": times("- a\n"),
  table: `| a | b |\n| - | - |\n${times("| a | b |\n")}`,
  "wide table": `|${"a|".repeat(SIZE / 6)}\n|${"-|".repeat(SIZE / 6)}\n|x`,
  definitions: Array.from({ length: 10_000 }, (_, i) => `[a${i}]: b\n`).join(""),
  links: times("[a](https://example.org) "),
  addresses: times("https://a.b "),
  dollars: times("$"),
  formulas: times("$x$ "),
  brackets_of_maths: times("\\("),
  code: `\`\`\`\n${times("code\n")}`,
  rules: times("---\n"),
  html: times("<b>"),
  tables: times("| a | b |\n| - | - |\n| 1 | 2 |\n\n"),
  "quotes too deep": times(`${">".repeat(70)} x\n\n`),
  "small blocks": times("*a* `b`\n\n"),
  entities: times("&amp;"),
  backslashes: times("\\"),
};

for (const [name, text] of Object.entries(HOSTILE)) {
  test(`a long text of ${name}`, () => {
    const growing = new GrowingText(NO_TOOLS);
    const nodes: Node[] = [];
    // As the worker does: again when there is half as much more.
    for (let at = 0, next = 4000; at < text.length; at = next, next = Math.ceil(1.5 * next)) {
      growing.append(text.slice(at, next));
      growing.parse(next >= text.length);
      const { from, nodes: changed } = growing.change();
      nodes.splice(from, Infinity, ...changed);
    }
    assert.ok(growing.work <= 9 * text.length, `${growing.work} characters were parsed`);
    let depth = 0;
    let elements = 0;
    for (const node of nodes) {
      if (Array.isArray(node)) {
        elements++;
        depth++;
      } else if (node === null) depth--;
      else assert.ok(node.length <= 20_000, "texts are laid out in parts");
      assert.ok(depth <= 64);
    }
    assert.equal(depth, 0);
    assert.ok(elements <= 1.2 * MOST_OF_ALL, `${elements} elements`);
  });
}

test("a block that is too large stays as it was written", () => {
  const quotes = `${">".repeat(3000)}x`;
  assert.equal(words(streamed(quotes)), quotes);
  const table = `| a | b |\n| - | - |\n${"| 1 | 2 |\n".repeat(50_000)}`;
  assert.equal(words(streamed(`before\n\n${table}\nafter`)), `before${table.trimEnd()}after`);
  const line = "word ".repeat(20_000);
  assert.equal(words(streamed(line)), line);
});

test("what is done is not parsed again", () => {
  const growing = new GrowingText(NO_TOOLS);
  const text = "A paragraph of some *words*.\n\n".repeat(2000);
  for (let at = 0; at < text.length; at += 300) {
    growing.append(text.slice(at, at + 300));
    growing.parse(false);
    growing.change();
  }
  assert.ok(growing.work < 2 * text.length);
});
