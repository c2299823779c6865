/** What computes itself of an answer: the one table of measures, for the grid, the summary, the export and the docs' words. */
import { speed, type Answer } from "../answer.ts";
import type { Inspection } from "../drawing.ts";
import type { compare } from "../../generated/texts.ts";
import { endlessLoop, repetition, words } from "./text.ts";
import { t } from "./texts.ts";

/** The key of a measure's label. */
type Label = Extract<keyof typeof compare, `measure_${string}`>;

export interface Measure {
  readonly name: string;
  readonly label: string;
  /** Yes or no, counted as a share of the answers; otherwise a number, of which the mean is taken. */
  readonly isShare: boolean;
  /** Of no interest where no answer has an SVG. */
  readonly isOfSvg: boolean;
  /** Decimals of a number. */
  readonly decimals: number;
  /** @returns Undefined where the answer has no such thing. */
  readonly of: (answer: Answer, drawing: Inspection | null) => number | undefined;
}

const OF_SVG = new Set(["wellFormed", "viewBox", "elements"]);

const share = (name: string, label: Label, of: (answer: Answer, drawing: Inspection | null) => boolean): Measure => ({
  name,
  get label() {
    return t(label);
  },
  isShare: true,
  isOfSvg: OF_SVG.has(name),
  decimals: 0,
  of: (answer, drawing) => Number(of(answer, drawing)),
});

const number = (name: string, label: Label, decimals: number, of: Measure["of"]): Measure => ({
  name,
  get label() {
    return t(label);
  },
  isShare: false,
  isOfSvg: OF_SVG.has(name),
  decimals,
  of,
});

export const MEASURES: readonly Measure[] = [
  share("svg", "measure_svg", (_, drawing) => drawing !== null),
  share("wellFormed", "measure_well_formed", (_, drawing) => drawing?.isWellFormed ?? false),
  share("viewBox", "measure_view_box", (_, drawing) => drawing?.hasViewBox ?? false),
  number("elements", "measure_elements", 1, (_, drawing) => (drawing?.isWellFormed ? drawing.elements : undefined)),
  share("limit", "measure_limit", ({ reason }) => reason === "length" || reason === "full"),
  share("loop", "measure_loop", ({ reason, text }) => reason === "looped" || endlessLoop(text) !== null),
  number("repetition", "measure_repetition", 3, ({ text }) => repetition(text)),
  number("words", "measure_words", 1, ({ text }) => words(text).length),
  number("tokens", "measure_tokens", 1, ({ figures }) => figures?.tokens),
  number("speed", "measure_speed", 1, ({ figures }) => figures && speed(figures)),
  number("firstToken", "measure_first_token", 0, ({ figures }) => figures?.firstToken),
];

/** The measures of an answer, by name. */
export type Values = Readonly<Record<string, number | undefined>>;

export function measure(answer: Answer, drawing: Inspection | null): Values {
  return Object.fromEntries(MEASURES.map(({ name, of }) => [name, of(answer, drawing)]));
}
