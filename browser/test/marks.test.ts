import assert from "node:assert/strict";
import test from "node:test";
import { newAnswer, type Answer } from "../src/chat/answer.ts";
import { Comparison } from "../src/chat/compare/comparison.ts";
import { toCsv, toData, toMarkdown } from "../src/chat/compare/export.ts";
import { markAll, markSentences, markTable, shareRows } from "../src/chat/compare/marks.ts";
import { cellsOf, type Plan, type Run } from "../src/chat/compare/run.ts";
import { inShort, Marker, wrongs, type Marker as MarkerType, type Marking } from "../src/chat/marks.ts";
import type { Marks } from "../src/generated/protocol.ts";

const LABELS = ["Well-formed", "Shapes", "Colours", "Counts", "Geometry"];

/** Marks, of which those of the given names are wrong. */
function marks(...wrong: string[]): Marks {
  return {
    all: !wrong.length,
    marks: LABELS.map((label) => ({
      name: label.toLowerCase(),
      label,
      right: !wrong.includes(label),
      said: wrong.includes(label) ? [`${label} are wrong`] : [],
    })),
  };
}

/** A comparison of two models with four seeds, whose answers are what `write` says. */
function comparison(write: (model: number, seed: number) => string, prompts = ["p"]): Comparison {
  const settings = { temperature: 1, topP: 1, maxTokens: 10, think: false };
  const plan: Plan = { prompts, system: "", models: ["a", "b"], seeds: [1, 2, 3, 4], settings };
  const cells = cellsOf(plan);
  for (const cell of cells) {
    const request = {
      model: plan.models[cell.model]!,
      messages: [{ role: "user" as const, content: prompts[cell.prompt]! }],
      settings: { ...settings, seed: plan.seeds[cell.seed]! },
    };
    cell.answer = {
      ...newAnswer(request, { kind: "browser", url: "the page" }),
      text: write(cell.model, cell.seed),
      reason: "stop",
      figures: { total: 1 },
    };
    cell.state = "done";
  }
  const run = { plan, cells, endpoint: { kind: "browser", url: "the page" } } as unknown as Run;
  const card = (type: string) => ({ name: type, metadata: {}, tensors: [{ name: "t", type, shape: [32, 2] }] });
  const inspect = (text: string) =>
    text.includes("<svg") ? { isWellFormed: true, hasViewBox: true, elements: 1 } : null;
  return new Comparison(run, ["A", "=B"], [card("Q8_0"), card("Q2_K")], false, inspect);
}

/** A marker that knows each text's marks. */
function marker(of: (text: string) => Marking | Error): MarkerType {
  const curve = { html: "<svg></svg>", bits: [8.5, 2.625] };
  const stand = {
    wants: () => true,
    mark: async ({ text }: Answer) => {
      const marking = of(text);
      if (marking instanceof Error) throw marking;
      return marking;
    },
    curve: async (runs: unknown) => ({ ...curve, runs }),
  };
  return stand as unknown as MarkerType;
}

const drawn = (model: number, seed: number): string => `<svg>${model} ${seed}</svg>`;
const halfWrong = (text: string): Marks => (/1 [01]</.test(text) ? marks("Counts", "Shapes") : marks());

async function markedComparison(write = drawn, of: (text: string) => Marking | Error = halfWrong): Promise<Comparison> {
  const compared = comparison(write);
  compared.marked = await markAll(compared, marker(of));
  return compared;
}

test("shares count each seed once, and the control not at all", async () => {
  const compared = await markedComparison();
  const rows = shareRows(compared.run, compared.marked!.markings);
  assert.deepEqual(
    rows.map(({ label, shares }) => [label, ...shares.map(({ hits, trials }) => `${hits}/${trials}`)]),
    [
      ["All right", "4/4", "2/4"],
      ["Well-formed", "4/4", "4/4"],
      ["Shapes", "4/4", "2/4"],
      ["Colours", "4/4", "4/4"],
      ["Counts", "4/4", "2/4"],
      ["Geometry", "4/4", "4/4"],
    ],
  );
  assert.equal(rows[0]!.shares[0]!.interval!.high, 1);
});

test("a model that gives one drawing with every seed has drawn once", async () => {
  const compared = await markedComparison((model, seed) => drawn(model, model ? seed : 0));
  assert.deepEqual(
    shareRows(compared.run, compared.marked!.markings)[0]!.shares.map(({ hits, trials }) => [hits, trials]),
    [
      [1, 1],
      [2, 4],
    ],
  );
});

test("the table has bits per weight and intervals, the sentences what is wrong most often", async () => {
  const compared = await markedComparison();
  const table = markTable(compared)!;
  assert.deepEqual(table.head, ["Mark", "A", "=B"]);
  assert.deepEqual(table.rows[0], ["Bits per weight", "8.50", "2.63"]);
  assert.deepEqual(table.rows[1], ["All right", "4 of 4 (51 to 100 %)", "2 of 4 (15 to 85 %)"]);
  assert.match(
    markSentences(compared).join(" "),
    /=B is most often wrong in 2 marks, in 2 of 4 drawings each: shapes and counts\./,
  );
});

test("the curve gets the types of the models' tensors", async () => {
  const { runs } = (await markedComparison()).marked!.curve as unknown as {
    runs: { types: object; right: number; drawings: number }[];
  };
  assert.deepEqual(
    runs.map(({ types, right, drawings }) => [types, right, drawings]),
    [
      [{ Q8_0: 64 }, 4, 4],
      [{ Q2_K: 64 }, 2, 4],
    ],
  );
});

test("where there is no drawing, nothing is marked", async () => {
  assert.equal((await markedComparison(() => "no picture")).marked, undefined);
});

test("a prompt that is not known and a Python that does not run are said, once", async () => {
  const unknown = await markedComparison(drawn, () => ({ examples: ["Draw a cat."] }));
  assert.deepEqual(markSentences(unknown), [
    "Not marked: this prompt asks for something that cannot be marked. These prompts can be: “Draw a cat.”",
  ]);
  assert.equal(markTable(unknown), undefined);
  assert.equal(unknown.marked!.curve, null);
  const failed = await markedComparison(drawn, () => new Error("This site was built without it."));
  assert.deepEqual(markSentences(failed), [
    "Not marked: marking needs Python in the page. This site was built without it.",
  ]);
});

test("files have the marks", async () => {
  const compared = await markedComparison();
  const data = toData(compared) as { answers: { marks: Marks }[]; right: { name: string }[] };
  assert.equal(data.answers.filter(({ marks }) => marks.all).length, 7);
  assert.equal(data.right[0]!.name, "all");
  const markdown = toMarkdown(compared);
  assert.match(markdown, /### Correct drawings/);
  assert.match(markdown, /Marks: wrong: shapes, counts\. Shapes are wrong\. Counts are wrong\./);
});

test("a spreadsheet gets a line for each answer, and no formula", async () => {
  const [head, ...lines] = toCsv(await markedComparison())
    .trimEnd()
    .split("\r\n");
  assert.match(
    head!,
    /^model,label,prompt,seed,control,svg,.*,right_all,right_well-formed,right_shapes,right_colours,right_counts,right_geometry$/,
  );
  assert.equal(lines.length, 10);
  assert.match(lines[5]!, /^b,'=B,p,1,0,1,.*,0,1,0,1,0,1$/);
  assert.match(toCsv(comparison(drawn, ['a "b", c'])).split("\r\n")[1]!, /^a,A,"a ""b"", c",1,0,1,/);
});

test("auto marks what the shipped models and models in the page draw", () => {
  const asked = (model: string, kind: "browser" | "ollama") => ({
    request: { model } as Answer["request"],
    endpoint: { kind, url: "" },
  });
  const auto = new Marker("auto", "off");
  assert.equal(auto.wants(asked("drawing:Q4_0", "ollama")), true);
  assert.equal(auto.wants(asked("drawing-uneven:Q2_K", "ollama")), true);
  assert.equal(auto.wants(asked("mine", "browser")), true);
  assert.equal(auto.wants(asked("llama3:8b", "ollama")), false);
  assert.equal(new Marker("on", "off").wants(asked("llama3:8b", "ollama")), true);
  assert.equal(new Marker("off", "off").wants(asked("drawing:Q4_0", "browser")), false);
});

test("words for marks", () => {
  assert.equal(inShort(marks()), "all right");
  assert.equal(inShort(marks("Counts")), "wrong: counts");
  assert.deepEqual(wrongs(marks("Counts", "Shapes")), ["Shapes are wrong", "Counts are wrong"]);
});
