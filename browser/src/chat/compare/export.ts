/** A comparison as a file: everything that is needed to check it, and no key, which nothing here has ever had. */
import type { Answer } from "../answer.ts";
import { describeSettings } from "../answer_view.ts";
import type { Table } from "../table.ts";
import type { Comparison } from "./comparison.ts";
import { said } from "./candidates.ts";
import { findings, voted, WARNING } from "./findings.ts";

/** What of an answer goes into a file. */
const told = ({ request, model, text, thinking, reason, figures }: Answer): object => ({ model: request.model, answeredBy: model, settings: request.settings, reason, figures, thinking, text });

/** The comparison for programs. */
export function toData(comparison: Comparison): object {
  const { run, labels, cards, vote, parted } = comparison;
  const { plan, endpoint, cells } = run;
  return {
    format: "quantlab-comparison-1",
    endpoint: { kind: endpoint.kind, url: endpoint.url },
    ...plan,
    labels,
    cards,
    answers: cells.flatMap((cell, i) =>
      cell.state === "done"
        ? [{ cell: i, prompt: cell.prompt, isControl: cell.isControl, ...told(cell.answer!), measures: comparison.values({ answer: cell.answer! }) }]
        : [],
    ),
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
  const { run, labels, parted } = comparison;
  const { plan, endpoint, cells } = run;
  const { tables, sentences } = findings(comparison);
  const results = [...sentences, ...voted(comparison), ...(parted ? [said(parted, labels)] : [])];
  const answers = cells.flatMap((cell) => {
    if (cell.state !== "done") return [];
    const title = `${labels[cell.model]}, prompt ${cell.prompt + 1}, seed ${plan.seeds[cell.seed]}${cell.isControl ? ", control" : ""}`;
    return [`### ${title}`, fenced(cell.answer!.text)];
  });
  return [
    "# Comparison",
    `Server: ${endpoint.url}. Models: ${plan.models.join(", ")}. Settings: ${describeSettings({ ...plan.settings, seed: plan.seeds[0]! })}; all seeds: ${plan.seeds.join(", ")}.`,
    WARNING,
    ...(plan.system ? ["## Said first", fenced(plan.system)] : []),
    "## Prompts",
    ...plan.prompts.map((prompt, i) => `${i + 1}.\n\n${fenced(prompt)}`),
    "## Findings",
    ...tables.map(markdownTable),
    ...results,
    "## Answers",
    ...answers,
  ].join("\n\n") + "\n";
}
