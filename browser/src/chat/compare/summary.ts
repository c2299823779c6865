/** What a comparison shows, and whether it shows anything. */
import type { Answer } from "../answer.ts";
import { MEASURES, type Measure, type Values } from "./measures.ts";
import type { Cell, Run } from "./run.ts";
import { mean, meanInterval, shareInterval, type Interval } from "./statistics.ts";
import { runsOf, similarity } from "./text.ts";
import { likeness, spread, swapNames, type Block, type Likeness, type Verdict } from "./variation.ts";

/** A measure of one model's answers. */
export interface Figure {
  /** How many answers have it. */
  count: number;
  /** The mean, of a share the share; not a number where there is no answer. */
  mean: number;
  /** Clopper and Pearson's of a share, Student's of a mean; undefined where nothing can be said. */
  interval: Interval | undefined;
}

export interface Row {
  measure: Measure;
  /** One for each model. */
  figures: Figure[];
  /** Undefined where there are not two complete blocks. */
  verdict: Verdict | undefined;
}

export interface Summary {
  /** Positions of the prompts it is about. */
  prompts: number[];
  rows: Row[];
  likeness: (Likeness & { verdict: Verdict }) | undefined;
  /** Complete blocks: every model has answered that prompt with that seed. */
  blocks: number;
  /** Models that gave the same text with every seed: their answers count as one. */
  unmoved: number[];
}

/** The answer of a cell that is done. */
type Done = Cell & { answer: Answer };

const isDone = (cell: Cell): cell is Done => cell.state === "done" && !cell.isControl;

/**
 * What the answers to some prompts show.
 *
 * @param values The measures of a cell's answer.
 */
export function summarize(
  { plan, cells }: Pick<Run, "plan" | "cells">,
  prompts: number[],
  values: (cell: Done) => Values,
): Summary {
  const models = plan.models.map((_, model) => model);
  const unmoved = new Set<number>();
  const blocks: Block<Done>[] = [];
  const samples: Done[][] = models.map(() => []);
  for (const prompt of prompts) {
    const own = cells.filter(isDone).filter((cell) => cell.prompt === prompt);
    const answers = models.map((model) => own.filter((cell) => cell.model === model));
    const complete = plan.seeds.flatMap((_, seed) => {
      const block = answers.flatMap((row) => row.filter((cell) => cell.seed === seed));
      return block.length === models.length ? [{ prompt, answers: block }] : [];
    });
    const same = models.filter((model) => {
      const texts = answers[model]!.map(({ answer }) => answer.text);
      return texts.length > 1 && new Set(texts).size === 1;
    });
    same.forEach((model) => unmoved.add(model));
    // The same text again is no new evidence.
    blocks.push(...(same.length ? complete.slice(0, 1) : complete));
    models.forEach((model) =>
      samples[model]!.push(...(same.includes(model) ? answers[model]!.slice(0, 1) : answers[model]!)),
    );
  }
  const canSwap = models.length > 1 && blocks.length > 1;
  const rows = MEASURES.map((measure) => {
    const figures = samples.map((own) =>
      figure(
        measure,
        own.flatMap((cell) => values(cell)[measure.name] ?? []),
        prompts.length === 1,
      ),
    );
    const numbers = blocks.flatMap(({ prompt, answers }) => {
      const row = answers.flatMap((cell) => values(cell)[measure.name] ?? []);
      return row.length === models.length ? [{ prompt, answers: row }] : [];
    });
    return { measure, figures, verdict: canSwap && numbers.length > 1 ? swapNames(numbers, spread) : undefined };
  });
  const hasSvg = rows.some(({ measure, figures }) => measure.name === "svg" && figures.some(({ mean }) => mean > 0));
  return {
    prompts,
    rows: rows.filter(({ measure, figures }) => figures.some(({ count }) => count) && (hasSvg || !measure.isOfSvg)),
    likeness: canSwap ? alike(blocks) : undefined,
    blocks: blocks.length,
    unmoved: [...unmoved],
  };
}

/** @param isSample Whether the values are of one prompt: those of several are not alike, and have no common interval. */
function figure(measure: Measure, values: number[], isSample: boolean): Figure {
  const total = mean(values) * values.length;
  const interval =
    !isSample || values.length < 2
      ? undefined
      : measure.isShare
        ? shareInterval(total, values.length)
        : meanInterval(values);
  // Student's knows nothing of numbers that cannot be negative, and none of these can.
  return {
    count: values.length,
    mean: mean(values),
    interval: interval && { low: Math.max(0, interval.low), high: interval.high },
  };
}

function alike(blocks: Block<Done>[]): Summary["likeness"] {
  const cells = blocks.flatMap(({ answers }) => answers);
  const places = new Map(cells.map((cell, i) => [cell, i]));
  const runs = cells.map(({ answer }) => runsOf(answer.text));
  // Names are swapped thousands of times, similarities are the same each time.
  const table = cells.map((one, i) =>
    cells.slice(0, i).map((other, j) => (one.prompt === other.prompt ? similarity(runs[i]!, runs[j]!) : 0)),
  );
  const look = (one: number, other: number): number => table[Math.max(one, other)]![Math.min(one, other)]!;
  const numbered = blocks.map(({ prompt, answers }) => ({ prompt, answers: answers.map((cell) => places.get(cell)!) }));
  const found = likeness(numbered, look);
  return found.pairsWithin ? found : undefined;
}

/** What the control run of a model says: the same question, seed and settings once more. */
export interface Control {
  model: number;
  isSame: boolean;
  /** Characters up to which both answers are the same. */
  common: number;
}

export function controls({ plan, cells }: Pick<Run, "plan" | "cells">): Control[] {
  return plan.models.flatMap((_, model) => {
    const own = cells.filter(
      (cell) => cell.model === model && cell.prompt === 0 && cell.seed === 0 && cell.state === "done",
    );
    if (own.length < 2) return [];
    const [first, again] = own.map(({ answer }) => answer!.thinking + answer!.text) as [string, string];
    let common = 0;
    while (common < first.length && first[common] === again[common]) common++;
    return [{ model, isSame: first === again, common }];
  });
}
