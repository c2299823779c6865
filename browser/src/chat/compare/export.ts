/** A comparison as a file: everything that is needed to check it, and no key, which nothing here has ever had. */
import type { Answer } from "../answer.ts";
import { describeSettings } from "../describe.ts";
import type { Table } from "../table.ts";
import { t as chat } from "../texts.ts";
import type { Comparison } from "./comparison.ts";
import { said } from "./candidates.ts";
import { hasMarks, inShort, wrongs } from "../marks.ts";
import { findings, voted } from "./findings.ts";
import { shareRows } from "./marks.ts";
import { MEASURES } from "./measures.ts";
import { t } from "./texts.ts";

/** What of an answer goes into a file. */
const told = ({ request, model, text, thinking, reason, figures, unused, notes }: Answer): object => ({
  model: request.model,
  answeredBy: model,
  settings: request.settings,
  unused,
  notes,
  reason,
  figures,
  thinking,
  text,
});

/** The comparison for programs. */
export function toData(comparison: Comparison): object {
  const { run, labels, cards, vote, parted, marked, judged } = comparison;
  const { plan, endpoint, cells } = run;
  return {
    format: "quantlab-comparison-1",
    endpoint: { kind: endpoint.kind, url: endpoint.url },
    ...plan,
    labels,
    cards,
    answers: cells.flatMap((cell, i) =>
      cell.state === "done"
        ? [
            {
              cell: i,
              prompt: cell.prompt,
              isControl: cell.isControl,
              ...told(cell.answer!),
              measures: comparison.values({ answer: cell.answer! }),
              marks: marked?.markings.get(cell.answer!),
              verdict: judged?.verdicts.get(cell.answer!),
            },
          ]
        : [],
    ),
    right: marked && shareRows(run, marked.markings),
    findings: findings(comparison),
    vote: vote && {
      wasSeen: vote.wasSeen,
      isOver: vote.isOver,
      judgements: vote.choices.map((choice, i) => ({ ...vote.ballots[i], choice })),
      result: voted(comparison),
    },
    firstDivergence: parted && {
      prompt: parted.prompt,
      parting: parted.parting,
      answers: parted.answers.map((answer) => ({ ...told(answer), tokens: answer.tokens })),
    },
  };
}

/** A line of comma-separated values (RFC 4180). A text that a spreadsheet would compute is kept a text. */
function csvLine(cells: readonly (string | number | boolean | undefined)[]): string {
  const written = cells.map((cell) => {
    const text = typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${written.join(",")}\r\n`;
}

/** The answers for a spreadsheet: a line for each, with its measures and marks as numbers; empty where there is none. */
export function toCsv(comparison: Comparison): string {
  const { run, labels, marked, judged } = comparison;
  const { plan, cells } = run;
  const names = marked ? shareRows(run, marked.markings).map(({ name }) => name) : [];
  const head = [
    "model",
    "label",
    "prompt",
    "seed",
    "control",
    ...MEASURES.map(({ name }) => name),
    ...names.map((name) => `right_${name}`),
    ...(judged ? ["right", "reason"] : []),
  ];
  const lines = cells.flatMap((cell) => {
    if (cell.state !== "done") return [];
    const values = comparison.values({ answer: cell.answer! });
    const marking = marked?.markings.get(cell.answer!);
    const marks = hasMarks(marking)
      ? new Map([["all", marking.all], ...marking.marks.map(({ name, right }) => [name, right] as const)] as const)
      : undefined;
    const own = [
      plan.models[cell.model],
      labels[cell.model],
      plan.prompts[cell.prompt],
      plan.seeds[cell.seed],
      Number(cell.isControl),
    ];
    const verdict = judged?.verdicts.get(cell.answer!);
    return [
      [
        ...own,
        ...MEASURES.map(({ name }) => values[name]),
        ...names.map((name) => marks && Number(marks.get(name))),
        ...(judged ? [verdict && Number(verdict.right), verdict?.reason] : []),
      ],
    ];
  });
  return [head, ...lines].map(csvLine).join("");
}

/** A fence that the text cannot end. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

function markdownTable({ caption, head, rows }: Table): string {
  const line = (cells: string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [`### ${caption}`, "", line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The comparison for people. */
export function toMarkdown(comparison: Comparison): string {
  const { run, labels, parted, marked, judged } = comparison;
  const { plan, endpoint, cells } = run;
  const { tables, sentences } = findings(comparison);
  const results = [...sentences, ...voted(comparison), ...(parted ? [said(parted, labels)] : [])];
  const answers = cells.flatMap((cell) => {
    if (cell.state !== "done") return [];
    const title = t(cell.isControl ? "file_control" : "file_answer", {
      model: labels[cell.model]!,
      prompt: cell.prompt + 1,
      seed: String(plan.seeds[cell.seed]),
    });
    const marking = marked?.markings.get(cell.answer!);
    const words = hasMarks(marking)
      ? [
          [chat("file_marks", { marks: inShort(marking) }), ...wrongs(marking).map((sentence) => `${sentence}.`)].join(
            " ",
          ),
        ]
      : [];
    const verdict = judged?.verdicts.get(cell.answer!);
    const judgement = verdict ? [chat(verdict.right ? "verdict_right" : "verdict_wrong", verdict)] : [];
    return [`### ${title}`, fenced(cell.answer!.text), ...judgement, ...words];
  });
  return (
    [
      `# ${t("file_title")}`,
      t("file_head", {
        url: endpoint.url,
        models: plan.models.join(", "),
        settings: describeSettings({ ...plan.settings, seed: plan.seeds[0]! }),
        seeds: plan.seeds.join(", "),
      }),
      t("warning"),
      ...(plan.system ? [`## ${t("said_first")}`, fenced(plan.system)] : []),
      `## ${t("prompts")}`,
      ...plan.prompts.map((prompt, i) => {
        const rule = plan.rules?.[i];
        return `${i + 1}.\n\n${fenced(prompt)}${rule ? `\n\n${t("file_rule", { rule })}` : ""}`;
      }),
      `## ${t("findings")}`,
      ...tables.map(markdownTable),
      ...results,
      `## ${t("answers")}`,
      ...answers,
    ].join("\n\n") + "\n"
  );
}
