/** Right or wrong in a comparison: shares of the drawings that are right, with intervals, and the curve over the models. */
import { histogram } from "../card.ts";
import type { Answer } from "../answer.ts";
import type { CurveRun } from "../../generated/protocol.ts";
import { hasMarks, whyNot, whyUnknown, type Marker, type Marking } from "../marks.ts";
import type { Table } from "../table.ts";
import { t as chat } from "../texts.ts";
import type { Comparison, Marked } from "./comparison.ts";
import { listed, shareRange } from "./format.ts";
import type { Cell } from "./run.ts";
import { wilsonInterval, type Interval } from "./statistics.ts";
import { t } from "./texts.ts";

/** A share of one model's drawings. */
export interface Share {
  readonly hits: number;
  readonly trials: number;
  /** Undefined where there is no drawing. */
  readonly interval: Interval | undefined;
}

/** The shares of one mark, one for each model. */
export interface ShareRow {
  readonly name: string;
  readonly label: string;
  readonly shares: readonly Share[];
}

type Done = Cell & { answer: Answer };

/** The answers of a model that count: of a prompt whose answers are all the same, one; the control is none. */
export function samples({ plan, cells }: Pick<Comparison["run"], "plan" | "cells">, model: number): Done[] {
  return plan.prompts.flatMap((_, prompt) => {
    const own = cells.filter(
      (cell): cell is Done =>
        cell.state === "done" && !cell.isControl && cell.model === model && cell.prompt === prompt,
    );
    return new Set(own.map(({ answer }) => answer.text)).size === 1 ? own.slice(0, 1) : own;
  });
}

/** The share of each model's drawings that is all right, then the share of each mark; none where nothing was marked. */
export function shareRows(
  run: Pick<Comparison["run"], "plan" | "cells">,
  markings: ReadonlyMap<Answer, Marking>,
): ShareRow[] {
  const found = run.plan.models.map((_, model) =>
    samples(run, model).flatMap(({ answer }) => [markings.get(answer)].filter(hasMarks)),
  );
  const first = found.flat()[0];
  if (!first) return [];
  const row = (name: string, label: string, isRight: (marks: (typeof found)[number][number]) => boolean): ShareRow => ({
    name,
    label,
    shares: found.map((own) => {
      const hits = own.filter(isRight).length;
      return { hits, trials: own.length, interval: own.length ? wilsonInterval(hits, own.length) : undefined };
    }),
  });
  return [
    row("all", chat("all_right"), ({ all }) => all),
    ...first.marks.map(({ name, label }) =>
      row(name, label, ({ marks }) => marks.some((mark) => mark.name === name && mark.right)),
    ),
  ];
}

/** The shares as a table, with the bits per weight where they are known; undefined where nothing was marked. */
export function markTable({ run, labels, marked }: Comparison): Table | undefined {
  const rows = marked ? shareRows(run, marked.markings) : [];
  if (!rows.length) return undefined;
  const bits = marked!.curve?.bits ?? [];
  const written = ({ hits, trials, interval }: Share): string =>
    interval ? t("share_of_range", { hits, count: trials, range: shareRange(interval) }) : "–";
  return {
    caption: t("drawings_right"),
    head: [t("mark"), ...labels],
    rows: [
      ...(bits.some((value) => value !== null)
        ? [[t("bits_per_weight"), ...labels.map((_, i) => bits[i]?.toFixed(2) ?? "–")]]
        : []),
      ...rows.map(({ label, shares }) => [label, ...shares.map(written)]),
    ],
  };
}

/** What is to be said of the marks. */
export function markSentences({ run, labels, marked }: Comparison): string[] {
  if (!marked) return [];
  const sentences = marked.why ? [marked.why] : [];
  const [all, ...each] = shareRows(run, marked.markings);
  if (!all) return sentences;
  sentences.push(t("wilson"));
  labels.forEach((label, model) => {
    const { hits, trials } = all.shares[model]!;
    if (!trials || hits === trials) return;
    const fewest = Math.min(...each.map(({ shares }) => shares[model]!.hits));
    const worst = each.filter(({ shares }) => shares[model]!.hits === fewest).map(({ label }) => label.toLowerCase());
    sentences.push(
      t("most_wrong", {
        count: worst.length,
        model: label,
        marks: listed(worst),
        wrong: trials - fewest,
        drawings: trials,
      }),
    );
  });
  if (!marked.curve?.html && labels.length > 1) sentences.push(t("no_curve"));
  return sentences;
}

/** What the curve needs of each model. */
function curveRuns({ run, labels, cards }: Comparison, markings: ReadonlyMap<Answer, Marking>): CurveRun[] {
  const [all] = shareRows(run, markings);
  return labels.map((label, model) => {
    const { hits, trials, interval } = all?.shares[model] ?? { hits: 0, trials: 0, interval: undefined };
    const card = cards[model];
    const types = card ? Object.fromEntries(histogram(card).map(({ type, values }) => [type, values])) : {};
    return { label, right: hits, drawings: trials, low: interval?.low ?? 0, high: interval?.high ?? 1, types };
  });
}

/**
 * Marks all answers of a comparison that are there. Never throws.
 *
 * @returns Undefined where nothing is to be marked: no answer has a drawing, or the author wants none.
 */
export async function markAll(comparison: Comparison, marker: Marker): Promise<Marked | undefined> {
  const answers = comparison.run.cells.flatMap(({ state, answer }) => (state === "done" && answer ? [answer] : []));
  if (!answers.some((answer) => marker.wants(answer) && comparison.values({ answer }).svg)) return undefined;
  const markings = new Map<Answer, Marking>();
  let why = "";
  try {
    for (const answer of answers) {
      if (!marker.wants(answer)) continue;
      const marking = await marker.mark(answer, () => {});
      markings.set(answer, marking);
      if (!hasMarks(marking)) why ||= whyUnknown(marking);
    }
    const curve = [...markings.values()].some(hasMarks) ? await marker.curve(curveRuns(comparison, markings)) : null;
    return { markings, curve, why };
  } catch (error) {
    return { markings, curve: null, why: whyNot(error) };
  }
}
