/** What computes itself of an answer: the one table of measures, for the grid, the summary, the export and the docs' words. */
import { speed, type Answer } from "../answer.ts";
import type { Inspection } from "../drawing.ts";
import { endlessLoop, repetition, words } from "./text.ts";

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

const share = (name: string, label: string, of: (answer: Answer, drawing: Inspection | null) => boolean): Measure => ({
  name,
  label,
  isShare: true,
  isOfSvg: OF_SVG.has(name),
  decimals: 0,
  of: (answer, drawing) => Number(of(answer, drawing)),
});

const number = (name: string, label: string, decimals: number, of: Measure["of"]): Measure => ({
  name,
  label,
  isShare: false,
  isOfSvg: OF_SVG.has(name),
  decimals,
  of,
});

export const MEASURES: readonly Measure[] = [
  share("svg", "Has an SVG", (_, drawing) => drawing !== null),
  share("wellFormed", "SVG is well-formed", (_, drawing) => drawing?.isWellFormed ?? false),
  share("viewBox", "SVG has a viewBox", (_, drawing) => drawing?.hasViewBox ?? false),
  number("elements", "SVG elements", 1, (_, drawing) => (drawing?.isWellFormed ? drawing.elements : undefined)),
  share("limit", "Cut at the limit", ({ reason }) => reason === "length"),
  share("loop", "Ends in a loop", ({ reason, text }) => reason === "looped" || endlessLoop(text) !== null),
  number("repetition", "Repetition", 3, ({ text }) => repetition(text)),
  number("words", "Words", 1, ({ text }) => words(text).length),
  number("tokens", "Tokens", 1, ({ figures }) => figures?.tokens),
  number("speed", "Tokens a second", 1, ({ figures }) => figures && speed(figures)),
  number("firstToken", "First token, ms", 0, ({ figures }) => figures?.firstToken),
];

/** The measures of an answer, by name. */
export type Values = Readonly<Record<string, number | undefined>>;

export function measure(answer: Answer, drawing: Inspection | null): Values {
  return Object.fromEntries(MEASURES.map(({ name, of }) => [name, of(answer, drawing)]));
}
