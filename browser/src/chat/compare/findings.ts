/** What a comparison shows, in a table and in sentences; for the page and, as Markdown, for the export. */
import { otherModel } from "../answer.ts";
import { addedDifferently, hasOtherTemplate } from "../card.ts";
import { namesOf } from "../describe.ts";
import type { Table } from "../table.ts";
import { cardTable, isAlike } from "./cards.ts";
import type { Comparison } from "./comparison.ts";
import { holdsHalf, listed, percent, range, shareRange } from "./format.ts";
import type { Count } from "./vote.ts";
import { markSentences, markTable } from "./marks.ts";
import { controls, summarize, type Figure, type Row, type Summary } from "./summary.ts";
import { t } from "./texts.ts";
import type { Verdict } from "./variation.ts";
import { rightTable } from "./verdicts.ts";

export interface Findings {
  tables: Table[];
  sentences: string[];
}

function figure({ measure }: Row, { count: answers, mean, interval }: Figure): string {
  if (!answers) return "–";
  if (!measure.isShare)
    return mean.toFixed(measure.decimals) + (interval ? ` (${range(interval, measure.decimals)})` : "");
  const share = { hits: Math.round(mean * answers), count: answers };
  return interval ? t("share_of_range", { ...share, range: shareRange(interval) }) : t("share_of", share);
}

/** Share of namings, in the words of the last column. */
const swapped = (verdict: Verdict | undefined): string => (verdict ? percent(verdict.share) : "–");

function table(summary: Summary, labels: readonly string[], caption: string): Table {
  return {
    caption,
    head: [t("measure"), ...labels, t("names_swapped")],
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
    sentences.push(t("unmoved", { models: listed(unmoved.map((model) => labels[model]!)) }));
  }
  if (labels.length < 2) return [...sentences, t("one_model")];
  if (blocks < 2) return [...sentences, t(blocks ? "one_block" : "no_block")];
  const verdict = rows.find((row) => row.verdict)?.verdict;
  if (verdict) {
    sentences.push(
      t(verdict.isExact ? "swapped_all" : "swapped_random", { namings: verdict.namings, measures: rows.length }),
    );
    if (verdict.smallest > 0.05) {
      sentences.push(t("too_few", { answers: blocks, share: percent(verdict.smallest) }));
    }
  }
  if (likeness) {
    const { within, between, pairsWithin, pairsBetween, verdict } = likeness;
    sentences.push(
      t("likeness", {
        within: within.toFixed(3),
        pairs_within: t("n_pairs", { count: pairsWithin }),
        between: between.toFixed(3),
        pairs_between: t("n_pairs", { count: pairsBetween }),
        share: percent(verdict.share),
      }),
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
    table(summary, labels, several ? t("measures_of", { number: i + 1 }) : t("measures")),
  );
  const whole = several
    ? summarize(
        run,
        prompts.map((_, i) => i),
        values,
      )
    : each[0]!;
  if (several) tables.push(table(whole, labels, t("all_prompts")));
  const right = rightTable(comparison);
  if (right) tables.unshift(right);
  const marks = markTable(comparison);
  if (marks) tables.push(marks);
  const cards = cardTable(comparison.cards, labels);
  if (cards) tables.push(cards);
  return {
    tables,
    sentences: [
      ...sameModels(comparison),
      ...unlikeAsked(comparison),
      ...conclusions(whole, labels),
      ...controlled(comparison),
      ...(comparison.judged?.why ? [comparison.judged.why] : []),
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
  const answered = [...others].map(([model, other]) => t("other_model", { model: labels[model]!, other }));
  const alike = labels.flatMap((label, one) =>
    labels.flatMap((other, two) =>
      one < two && isAlike(cards[one] ?? null, cards[two] ?? null)
        ? [t("described_alike", { model: label, other })]
        : [],
    ),
  );
  return [...answered, ...alike];
}

/** Where answers were not made, or did not end, as they were asked for. */
function unlikeAsked({ run, labels, cards }: Comparison): string[] {
  const unlike = labels.flatMap((label, model) => {
    const [one, other] = [cards[0], cards[model]];
    const names = one && other ? addedDifferently(one, other) : [];
    return names.length ? [t("set_up_differently", { model: labels[0]!, other: label, names: listed(names) })] : [];
  });
  const guessed = labels.filter((_, model) => cards[model] && hasOtherTemplate(cards[model]));
  if (guessed.length) unlike.push(t("other_template", { models: listed(guessed) }));
  const single = labels.flatMap((label, model) => {
    const answers = run.cells.flatMap((cell) => (cell.model === model && cell.answer ? [cell.answer] : []));
    const unused = [...new Set(answers.flatMap(({ unused }) => unused))];
    const full = answers.filter(({ reason }) => reason === "full");
    const reloads = answers.filter(({ notes }) => notes.some(({ id }) => id === "reloaded")).length;
    return [
      ...(unused.length ? [t("unused_settings", { model: label, names: namesOf(unused) })] : []),
      ...(full.length
        ? [t("context_full", { model: label, count: full.length, tokens: String(full[0]!.figures!.context) })]
        : []),
      ...(reloads ? [t("reloaded", { model: label, count: reloads })] : []),
    ];
  });
  return [...unlike, ...single];
}

/** Whether this server gives the same answer twice. */
function controlled({ run, labels }: Comparison): string[] {
  const found = controls(run);
  const same = found.filter(({ isSame }) => isSame).map(({ model }) => labels[model]!);
  const sentences: string[] = [];
  if (same.length) sentences.push(t("control_same", { models: listed(same) }));
  for (const { model, isSame, common } of found) {
    if (!isSame) sentences.push(t("control_differs", { model: labels[model]!, count: common }));
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
  if (!sentences.length) return [t("vote_empty")];
  if (vote.wasSeen) sentences.push(t("vote_not_blind"));
  return sentences;
}

function between(
  one: string,
  other: string,
  { pairs, one: won, other: lost, agreed, seat, interval }: Count,
): string[] {
  if (!pairs) return [];
  const judged = t("vote_judged", { one, other, count: pairs });
  const agreement = t("vote_agreement", { agreed, pairs, seat });
  if (!interval) return [[judged, t("vote_undecided"), agreement].join(" ")];
  const preferred = t("vote_preferred", {
    one,
    won,
    other,
    lost,
    undecided: pairs - won - lost,
    share: percent(won / (won + lost)),
    interval: shareRange(interval),
  });
  const meaning = t(holdsHalf(interval) ? "vote_chance" : "vote_preference");
  return [[judged, preferred, meaning, agreement].join(" ")];
}
