import assert from "node:assert/strict";
import test from "node:test";
import { marked } from "marked";
import { EVIDENCE_FILE } from "../src/generated/limits.ts";
import type { Taken } from "../src/ui/taken.ts";
import { asJson, fromFile, merge, type Sheet } from "../src/evidence/file.ts";
import { asMarkdown, paragraphs } from "../src/evidence/markdown.ts";
import {
  fit,
  idOf,
  isFilled,
  numberProblem,
  readEntry,
  withOther,
  type Capture,
  type Entry,
  type Field,
} from "../src/evidence/values.ts";

const AT = "2026-11-21T12:00:00.000Z";

function entry(kind: Entry["kind"], name: string, value: Entry["value"], more: Partial<Entry> = {}): Entry {
  return { kind, name, label: name.toUpperCase(), value, at: AT, ...more };
}

const CAPTURE: Capture = {
  title: "Toy layer",
  options: [
    ["Bits", "4"],
    ["View", "a | b"],
  ],
  result: "It <b>works</b>.",
  tables: [{ caption: "Bits", columns: ["A", "B"], rows: [["1", "2"]] }],
  link: "https://example.org/lab/?a.bits=4#a",
};
const ANSWER: Taken = {
  prompt: "Draw\n# a boat",
  system: "",
  earlier: 1,
  model: "tiny:q4",
  label: "Q4",
  endpoint: "http://localhost:11434",
  text: "```svg\n<svg/>\n```\n<script>alert(1)</script>",
  thinking: "",
  settings: { seed: 7, think: false },
  figures: { total: 12.5 },
  words: ["seed 7"],
};
const TABLE = {
  columns: ["Seed", "Right?"],
  rows: [
    ["7", "yes | no\nor `both`"],
    ["", ""],
  ],
};

const ENTRIES = [
  entry("text", "broke", "The *first*\n\n1. <b>one</b>"),
  entry("number", "snr", "20.18", { unit: "dB" }),
  entry("choice", "keep", "Q4_K_M"),
  entry("table", "seeds", TABLE),
  entry("widget", "figure", CAPTURE),
  entry("answer", "best", ANSWER),
];
const SHEET: Sheet = {
  label: "Your evidence",
  page: { title: "A lab", url: "https://example.org/lab/" },
  saved: AT,
  rows: [
    ...ENTRIES.map((each) => ({
      field: { kind: each.kind, name: each.name, label: each.label } as Field,
      entry: each,
    })),
    { field: { kind: "text", name: "empty", label: "Empty" } },
  ],
  gone: [entry("text", "old", "kept", { others: ["beside"] })],
};

/** What a reader of rendered Markdown sees: words and line breaks. */
function rendered(markdown: string): string {
  const html = marked.parse(markdown, { async: false, gfm: true });
  return html
    .replace(/<br\s*\/?>\n?/g, "\n")
    .replace(/<[^>]+>/g, "")
    .replace(/&#160;|&nbsp;/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&")
    .replaceAll("\u00a0", " ")
    .trim();
}

const HOSTILE = [
  "# no heading",
  "- no list\n- at all",
  "+ no\n* list",
  "1. no\n2) list",
  "a\n---",
  "a\n===",
  "a | b\n--- | ---\n1 | 2",
  "| a |\n|:-:|\n| 1 |",
  "> no quote",
  "    no code\n\tnor here",
  "```\nno fence\n```",
  "~~~\nno fence\n~~~\n~~gone~~",
  "<script>alert('x')</script> <!-- no comment -->",
  "&lt; &amp; &copy; stays",
  "[no](javascript:alert) ![no](x) [ref]: http://x",
  "*a* _b_ **c** `d` \\e \\",
  "a\n\n\n\nb",
  "***\n___\n- - -",
  "3.14 and -2 and +1",
  "# one\u2028# two\r\n# three\r# four",
  "a  \nb",
];

test("whatever is written is text in Markdown", () => {
  for (const text of HOSTILE) {
    const expected = text
      .replace(/\r\n?|\u2028/g, "\n")
      .trim()
      .replace(/[ \t]+$/gm, "")
      .replace(/\n{2,}/g, "\n");
    const found = rendered(paragraphs(text))
      .replace(/[ \t]+$/gm, "")
      .replace(/\n{2,}/g, "\n");
    assert.equal(
      found,
      text.startsWith("    ") ? expected.replace("\t", "    ") : expected,
      JSON.stringify(paragraphs(text)),
    );
  }
});

test("numbers and words stay readable where they are no markup", () => {
  assert.equal(paragraphs("-0.5 dB, 3.14 (2)"), "-0.5 dB, 3.14 (2)");
});

test("the file in Markdown has every kind, and its tables are whole", () => {
  const text = asMarkdown(SHEET);
  const html = marked.parse(text, { async: false, gfm: true });
  assert.match(
    text,
    /^# Your evidence: A lab\n\n<https:\/\/example\.org\/lab\/> – 2026-11-21 12:00 UTC – 6 of 7 filled in\n/,
  );
  assert.deepEqual(
    [...html.matchAll(/<h2>(.*?)<\/h2>/g)].map((match) => match[1]),
    ["BROKE", "SNR", "KEEP", "SEEDS", "FIGURE", "BEST", "Empty", "OLD (no longer on the page)"],
  );
  assert.match(html, /<p>20.18 dB<\/p>/);
  assert.match(html, /<td>yes \| no<br>or `both`<\/td>/);
  assert.match(html, /<li>View: a \| b<\/li>/);
  assert.match(html, /<a href="https:\/\/example.org\/lab\/\?a.bits=4#a">/);
  assert.match(html, /<p><em>Not filled in.<\/em><\/p>/);
  assert.match(html, /before an undo:<\/em><\/p>\s*<p>beside<\/p>/);
  // The answer's own fence ends nothing, and its HTML is text.
  assert.match(
    html,
    /<pre><code class="language-text">```svg\n&lt;svg\/&gt;\n```\n&lt;script&gt;alert\(1\)&lt;\/script&gt;\n<\/code><\/pre>/,
  );
  assert.doesNotMatch(html, /<(script|b)>/);
});

test("the file in JSON brings back what was saved", () => {
  const { page, entries } = fromFile(asJson(SHEET));
  assert.deepEqual(page, SHEET.page);
  const plain = (all: readonly Entry[]): unknown => JSON.parse(JSON.stringify(all));
  assert.deepEqual(plain(entries), plain([...ENTRIES, ...SHEET.gone]));
});

for (const [what, text, message] of [
  ["no JSON", "{", /not valid JSON/],
  ["another's", '{"format": "x"}', /not an evidence file\./],
  ["null", "null", /not an evidence file\./],
  ["a later version", '{"format": "quantlab-evidence", "version": 2}', /another version/],
  ["without fields", '{"format": "quantlab-evidence", "version": 1, "page": {"title": "", "url": ""}}', /damaged/],
  ["with an unreadable field", asJson(SHEET).replace('"20.18"', "20.18"), /damaged/],
  ["with a field twice", asJson({ ...SHEET, gone: [ENTRIES[0]!] }), /damaged/],
] as const) {
  test(`a file that is ${what} is refused`, () => {
    assert.throws(
      () => fromFile(text),
      (error: Error) => message.test(error.message) && error.message.endsWith("Nothing was changed."),
    );
  });
}

const blank = (rows: number): Entry["value"] => ({ columns: ["a", "b"], rows: Array<string[]>(rows).fill(["", ""]) });

for (const [what, gone] of Object.entries({
  "more fields than a page has": Array.from({ length: EVIDENCE_FILE.fields }, (_, i) => entry("text", `f${i}`, "x")),
  "a table of very many cells": [entry("table", "many", blank(EVIDENCE_FILE.parts / 2))],
  "tables of very many cells beside each other": [
    entry("table", "many", blank(1), { others: [blank(EVIDENCE_FILE.parts / 2)] }),
  ],
  "rows without columns": [
    entry("table", "many", { columns: [], rows: Array<string[]>(EVIDENCE_FILE.parts).fill([]) }),
  ],
  "very many options": [
    entry("widget", "many", { ...CAPTURE, options: Array<[string, string]>(EVIDENCE_FILE.parts).fill(["", ""]) }),
  ],
})) {
  test(`a file with ${what} is refused`, () => {
    assert.throws(() => fromFile(asJson({ ...SHEET, gone })), /too large .* Nothing was changed\.$/);
  });
}

test("of values beside each other in a file, no more are read than are kept", () => {
  const others = Array.from({ length: 100_000 }, (_, i) => String(i));
  assert.deepEqual(readEntry(entry("text", "a", "x", { others }))!.others, others.slice(-5));
});

test("merging keeps apart what is new and what would be written over", () => {
  const mine = new Map([
    ["broke:text", entry("text", "broke", "mine", { others: ["older"] })],
    ["keep:choice", ENTRIES[2]!],
  ]);
  const { added, replaced } = merge(fromFile(asJson(SHEET)), (id) => mine.get(id));
  assert.deepEqual([...added.keys()], ["snr:number", "seeds:table", "figure:widget", "best:answer", "old:text"]);
  assert.deepEqual([...replaced.keys()], ["broke:text"]);
  assert.deepEqual(replaced.get("broke:text")!.others, ["older"]);
});

test("what has not the shape of a kind is none", () => {
  for (const each of ENTRIES) assert.equal(idOf(readEntry(JSON.parse(JSON.stringify(each)))!), idOf(each));
  const wrong: unknown[] = [
    null,
    3,
    [],
    {},
    { ...ENTRIES[0], kind: "constructor" },
    { ...ENTRIES[0], kind: "toString" },
    { ...ENTRIES[0], name: "__proto__" },
    { ...ENTRIES[0], at: "today?" },
    { ...ENTRIES[0], value: "  " },
    { ...ENTRIES[3], value: { columns: ["a"], rows: [["1", "2"]] } },
    { ...ENTRIES[4], value: { ...CAPTURE, tables: [null] } },
    { ...ENTRIES[5], value: { ...ANSWER, settings: { seed: "x" } } },
  ];
  for (const data of wrong) assert.equal(readEntry(data), undefined, JSON.stringify(data));
  const link = readEntry({ ...ENTRIES[4], value: { ...CAPTURE, link: "javascript:alert(1)" } });
  assert.equal((link!.value as Capture).link, "");
});

test("a table follows its author, and loses nothing", () => {
  const table = {
    columns: ["A", "B"],
    rows: [
      ["1", "2"],
      ["3", ""],
      ["", ""],
    ],
  };
  assert.deepEqual(fit(undefined, { columns: ["A"], rows: 2 }), { columns: ["A"], rows: [[""], [""]] });
  // A column of another name, one less, and fewer rows.
  assert.deepEqual(fit(table, { columns: ["C", "A"], rows: 1 }), {
    columns: ["C", "A", "B"],
    rows: [
      ["", "1", "2"],
      ["", "3", ""],
    ],
  });
  assert.deepEqual(fit({ columns: ["A", "B"], rows: [["1", ""]] }, { columns: ["A"], rows: 1 }), {
    columns: ["A"],
    rows: [["1"]],
  });
  const given = { columns: ["A", "B"], first: ["16", "4"] };
  assert.deepEqual(
    fit(
      {
        columns: ["A", "B"],
        rows: [
          ["4", "x"],
          ["8", "y"],
          ["32", ""],
        ],
      },
      given,
    ).rows,
    [
      ["16", ""],
      ["4", "x"],
      ["8", "y"],
    ],
  );
});

test("what counts as filled in", () => {
  const table: Field = { kind: "table", name: "t", label: "", columns: ["A", "B"], rows: 2 };
  assert.equal(
    isFilled(table, {
      columns: ["A", "B"],
      rows: [
        ["1", ""],
        ["", "2"],
      ],
    }),
    false,
  );
  assert.equal(
    isFilled(table, {
      columns: ["A", "B"],
      rows: [
        ["1", "2"],
        ["", ""],
      ],
    }),
    true,
  );
  const given: Field = { ...table, first: ["x", "y"] };
  assert.equal(
    isFilled(given, {
      columns: ["A", "B"],
      rows: [
        ["x", "1"],
        ["y", ""],
      ],
    }),
    false,
  );
  assert.equal(
    isFilled(given, {
      columns: ["A", "B"],
      rows: [
        ["x", "1"],
        ["y", "2"],
      ],
    }),
    true,
  );
  const number: Field = { kind: "number", name: "n", label: "", min: 0, max: 60 };
  assert.equal(isFilled(number, "61"), false);
  assert.equal(isFilled(number, "60"), true);
  assert.equal(isFilled(number, undefined), false);
});

test("what is wrong with a number is said", () => {
  const limits = { min: -1, max: 60 };
  for (const fine of ["0", "-1", "−0.5", "+3", ".5", "5.", "1e1", " 60 "])
    assert.equal(numberProblem(limits, fine), "", fine);
  for (const [text, problem] of [
    ["20,18", "Write 20.18 with a decimal point."],
    ["x", "This is not a number."],
    ["1e", "This is not a number."],
    ["0x10", "This is not a number."],
    ["Infinity", "This is not a number."],
    ["-2", "The number is less than -1."],
    ["61", "The number is greater than 60."],
  ]) {
    assert.equal(numberProblem(limits, text!), problem);
  }
});

test("values beside a value are few, and none of them twice", () => {
  let found = entry("text", "a", "now");
  for (const other of ["1", "2", "now", "2", "3", "4", "5", "6"]) found = withOther(found, other);
  assert.deepEqual(found.others, ["2", "3", "4", "5", "6"]);
});
