/** What a comparison shows, in a table and in sentences; for the page and, as Markdown, for the export. */
import { otherModel } from "../answer.ts";
import type { Table } from "../table.ts";
import { cardTable, isAlike } from "./cards.ts";
import type { Comparison } from "./comparison.ts";
import { count, holdsHalf, percent, range, shareRange } from "./format.ts";
import type { Count } from "./vote.ts";
import { markSentences, markTable } from "./marks.ts";
import { controls, summarize, type Figure, type Row, type Summary } from "./summary.ts";
import type { Verdict } from "./variation.ts";

export interface Findings {
  tables: Table[];
  sentences: string[];
}

/** Said above every comparison. */
export const WARNING =
  "One answer of each model proves nothing: the same model with another seed answers differently too. Only where the answers of " +
  "different models differ more than the answers of one model is there something to explain.";

function figure({ measure }: Row, { count: answers, mean, interval }: Figure): string {
  if (!answers) return "–";
  if (!measure.isShare)
    return mean.toFixed(measure.decimals) + (interval ? ` (${range(interval, measure.decimals)})` : "");
  return `${Math.round(mean * answers)} of ${answers}` + (interval ? ` (${shareRange(interval)})` : "");
}

/** Share of namings, in the words of the last column. */
const swapped = (verdict: Verdict | undefined): string => (verdict ? percent(verdict.share) : "–");

function table(summary: Summary, labels: readonly string[], caption: string): Table {
  return {
    caption,
    head: ["Measure", ...labels, "Names swapped"],
    rows: summary.rows.map((row) => [
      row.measure.label,
      ...row.figures.map((each) => figure(row, each)),
      swapped(row.verdict),
    ]),
  };
}

/** What may be concluded from the answers to some prompts, and what may not. */
function conclusions(summary: Summary, labels: readonly string[]): string[] {
  const { unmoved, blocks, likeness, rows } = summary;
  const sentences: string[] = [];
  if (unmoved.length) {
    const names = unmoved.map((model) => labels[model]!).join(" and ");
    sentences.push(
      `${names} gave the same text with every seed: answers that are the same count as one. Is the temperature 0, or does the server ignore seeds?`,
    );
  }
  if (labels.length < 2) return [...sentences, "With one model there is nothing to compare."];
  if (!blocks)
    return [
      ...sentences,
      "There is no prompt and seed yet that all of the models have answered: there is nothing to compare.",
    ];
  if (blocks < 2) {
    return [
      ...sentences,
      "With one answer of each model nothing can be said: whether they differ more than two answers of one model would is not known.",
    ];
  }
  const verdict = rows.find((row) => row.verdict)?.verdict;
  if (verdict) {
    sentences.push(
      `“Names swapped” is the share of ${verdict.isExact ? `all ${verdict.namings}` : `${verdict.namings} random`} ways to swap the models' names within a prompt and seed ` +
        `in which the models differ at least as much as here. Below 5 % is seldom chance, but of ${count(rows.length, "measure")} one in twenty gets there by chance alone.`,
    );
    if (verdict.smallest > 0.05) {
      sentences.push(
        `With ${count(blocks, "answer")} of each model it cannot get below ${percent(verdict.smallest)}: too few to conclude anything.`,
      );
    }
  }
  if (likeness) {
    const { within, between, pairsWithin, pairsBetween, verdict } = likeness;
    sentences.push(
      `Two answers of one model have a similarity of ${within.toFixed(3)} on average (${count(pairsWithin, "pair")}), two answers of different models ${between.toFixed(3)} ` +
        `(${count(pairsBetween, "pair")}). With swapped names the answers of different models are at least as much less alike in ${percent(verdict.share)} of the ways.`,
    );
  }
  return sentences;
}

/** Everything that is measured of the answers so far. */
export function findings(comparison: Comparison): Findings {
  const { run, labels } = comparison;
  const { prompts } = run.plan;
  const values = comparison.values.bind(comparison);
  const each = prompts.map((_, prompt) => summarize(run, [prompt], values));
  const several = prompts.length > 1;
  const tables = each.map((summary, i) =>
    table(summary, labels, several ? `Measures of the answers to prompt ${i + 1}` : "Measures of the answers"),
  );
  const whole = several
    ? summarize(
        run,
        prompts.map((_, i) => i),
        values,
      )
    : each[0]!;
  if (several) tables.push(table(whole, labels, "All prompts together"));
  const marks = markTable(comparison);
  if (marks) tables.push(marks);
  const cards = cardTable(comparison.cards, labels);
  if (cards) tables.push(cards);
  return {
    tables,
    sentences: [
      ...sameModels(comparison),
      ...conclusions(whole, labels),
      ...controlled(comparison),
      ...markSentences(comparison),
    ],
  };
}

/** Where two of the models may be one and the same. */
function sameModels({ run, labels, cards }: Comparison): string[] {
  const others = new Map(
    run.cells.flatMap(({ model, answer }) =>
      answer && otherModel(answer) ? [[model, otherModel(answer)!] as const] : [],
    ),
  );
  const answered = [...others].map(
    ([model, other]) =>
      `Asked for ${labels[model]}, the server answered with ${other}: it may have one model only, whatever it is asked for.`,
  );
  const alike = labels.flatMap((label, one) =>
    labels.flatMap((other, two) =>
      one < two && isAlike(cards[one] ?? null, cards[two] ?? null)
        ? [
            `The server describes ${label} and ${other} alike, down to the types of their tensors: they may be one file.`,
          ]
        : [],
    ),
  );
  return [...answered, ...alike];
}

/** Whether this server gives the same answer twice. */
function controlled({ run, labels }: Comparison): string[] {
  const found = controls(run);
  const same = found.filter(({ isSame }) => isSame).map(({ model }) => labels[model]!);
  const sentences: string[] = [];
  if (same.length) {
    sentences.push(
      `Control: asked again with the same seed, ${same.join(" and ")} gave the same answer, character for character: so far nothing but the seed makes answers differ.`,
    );
  }
  for (const { model, isSame, common } of found) {
    if (isSame) continue;
    sentences.push(
      `Control: asked again with the same seed, ${labels[model]!} gave another answer after ${count(common, "character")}. This server is not deterministic: a difference between two single answers may be its own.`,
    );
  }
  return sentences;
}

/** The result of a vote. */
export function voted(comparison: Comparison): string[] {
  const { labels, vote } = comparison;
  if (!vote?.isOver) return [];
  const sentences = comparison
    .counts()
    .flatMap(({ one, other, count }) => between(labels[one]!, labels[other]!, count));
  if (!sentences.length) return ["No pair was judged twice: the vote says nothing."];
  if (vote.wasSeen)
    sentences.push("The answers had been seen together with their models' names before: this vote was not blind.");
  return sentences;
}

function between(
  one: string,
  other: string,
  { pairs, one: won, other: lost, agreed, seat, interval }: Count,
): string[] {
  if (!pairs) return [];
  const judged = `${one} against ${other}: ${count(pairs, "pair")}, each judged from both seats.`;
  const agreement = `The same judgement both times: ${agreed} of ${pairs}. The same seat both times, whatever was in it: ${seat}.`;
  if (!interval) return [`${judged} No answer was preferred from both seats: the vote is undecided. ${agreement}`];
  return [
    `${judged} Preferred both times: ${one} in ${won}, ${other} in ${lost}; ${pairs - won - lost} undecided. ` +
      `Of the decided pairs ${one} won ${percent(won / (won + lost))} (exact 95 % interval ${shareRange(interval)}). ` +
      (holdsHalf(interval)
        ? "The interval holds 50 %: chance alone explains this. "
        : "The interval does not hold 50 %: this voter preferred one on these prompts. ") +
      agreement,
  ];
}
