import assert from "node:assert/strict";
import test from "node:test";
import { newAnswer, type Answer } from "../src/chat/answer.ts";
import { Comparison } from "../src/chat/compare/comparison.ts";
import { toCsv, toData, toMarkdown } from "../src/chat/compare/export.ts";
import { cellsOf, type Plan, type Run } from "../src/chat/compare/run.ts";
import { judgeAll, rightTable } from "../src/chat/compare/verdicts.ts";
import { Judge, type Judge as JudgeType } from "../src/chat/verdicts.ts";

/** A comparison of two models with two seeds, of which the second model's answers say no number. */
function comparison(rules?: string[]): Comparison {
  const settings = { temperature: 1, topP: 1, maxTokens: 10, think: false };
  const plan: Plan = {
    prompts: ["p", "q"],
    ...(rules ? { rules } : {}),
    system: "",
    models: ["a", "b"],
    seeds: [1, 2],
    settings,
  };
  const cells = cellsOf(plan);
  for (const cell of cells) {
    const request = {
      model: plan.models[cell.model]!,
      messages: [{ role: "user" as const, content: plan.prompts[cell.prompt]! }],
      settings: { ...settings, seed: plan.seeds[cell.seed]! },
    };
    cell.answer = {
      ...newAnswer(request, { kind: "browser", url: "the page" }),
      text: cell.model ? `none ${cell.seed}` : `5 ${cell.seed}`,
      reason: "stop",
      figures: { total: 1 },
    };
    cell.state = "done";
  }
  const run = { plan, cells, endpoint: { kind: "browser", url: "the page" } } as unknown as Run;
  return new Comparison(run, ["A", "B"], [null, null], false, () => null);
}

/** Takes answers that begin with a 5 for right. */
const judge = {
  judge: async (answers: readonly Answer[], rule: string) => {
    if (rule === "broken") throw new Error("it broke");
    return answers.map(({ text }) => ({ right: text.startsWith("5"), reason: "=It says so.", rule }));
  },
} as unknown as JudgeType;

test("only prompts with a rule are judged, and counted in the first table", async () => {
  const made = comparison(["", "number: 5"]);
  made.judged = await judgeAll(made, judge);
  assert.equal(made.judged!.verdicts.size, 4);
  assert.deepEqual(rightTable(made)!.rows, [["Prompt 2", "2 of 2 (16 to 100 %)", "0 of 2 (0 to 84 %)"]]);
  const data = toData(made) as { rules: string[]; answers: { prompt: number; verdict?: object }[] };
  assert.deepEqual(data.rules, ["", "number: 5"]);
  assert.deepEqual(data.answers.map(({ verdict }) => verdict !== undefined).filter(Boolean).length, 4);
  assert.match(toMarkdown(made), /Right answers: number: 5/);
  assert.match(toMarkdown(made), /Right\. =It says so\./);
  // A spreadsheet would compute what begins with an equals sign.
  assert.match(toCsv(made), /,1,'=It says so\./);
});

test("several prompts have a sum", async () => {
  const made = comparison(["number: 5", "number: 5"]);
  made.judged = await judgeAll(made, judge);
  const rows = rightTable(made)!.rows;
  assert.deepEqual(
    rows.map(([name]) => name),
    ["Prompt 1", "Prompt 2", "All prompts together"],
  );
  assert.match(rows[2]![1]!, /^4 of 4/);
});

test("without rules nothing is judged", async () => {
  assert.equal(await judgeAll(comparison(), judge), undefined);
  assert.equal(rightTable(comparison()), undefined);
  assert.doesNotMatch(toCsv(comparison()), /reason/);
});

test("what was judged stays where a call fails", async () => {
  const made = comparison(["number: 5", "broken"]);
  made.judged = await judgeAll(made, judge);
  assert.equal(made.judged!.verdicts.size, 6); // the controls, too
  assert.match(made.judged!.why, /it broke/);
});

test("whole answers to prompts of the page have its rules", () => {
  const own = new Judge({ rules: { p: "number: 5" }, pyodide: "bundled" });
  const [cell] = comparison().run.cells;
  assert.equal(own.ruleFor(cell!.answer!), "number: 5");
  assert.equal(own.ruleFor({ ...cell!.answer!, reason: "stopped" }), "");
  assert.equal(own.ruleFor({ ...cell!.answer!, text: "" }), "");
  assert.equal(own.ruleOf("toString"), "");
});
