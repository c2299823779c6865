/**
 * Marks of drawings, right or wrong, by the engine's scorer in the page's Python.
 *
 * Python is fetched for the first drawing that is to be marked, and not before.
 */
import { pagePython } from "../python/shared_python.ts";
import type { Answer } from "./answer.ts";
import { findDrawing } from "./drawing.ts";
import { h } from "../ui/dom.ts";

/** `engine.drawing.score.Mark`. */
export interface Mark {
  readonly name: string;
  readonly label: string;
  readonly right: boolean;
  /** What is wrong, in sentences without their points. */
  readonly said: readonly string[];
}

/** `engine.drawing.score.Marks`. */
export interface Marks {
  readonly all: boolean;
  readonly marks: readonly Mark[];
}

/** The prompt asks for nothing that can be marked; these do. */
export interface NotKnown {
  readonly examples: readonly string[];
}

export type Marking = Marks | NotKnown;

/** What of a model's file the curve needs. */
export interface CurveRun {
  readonly label: string;
  readonly right: number;
  readonly drawings: number;
  readonly low: number;
  readonly high: number;
  /** How many values have each ggml type; empty where that is not known. */
  readonly types: Readonly<Record<string, number>>;
}

/** `engine.page_marks.curve`. */
export interface Curve {
  readonly html: string;
  readonly bits: readonly (number | null)[];
}

export type MarksSetting = "auto" | "on" | "off";

/** The models that come with the plugin. */
const SHIPPED = /^drawing(-uneven)?:/;

export const hasMarks = (marking: Marking | undefined): marking is Marks => marking !== undefined && "marks" in marking;

export class Marker {
  readonly #setting: MarksSetting;
  readonly #pyodide: string;
  readonly #known = new WeakMap<Answer, Marking>();

  /**
   * @param setting The author's.
   * @param pyodide Where the page's Python is: `bundled`, `off` or an address.
   */
  constructor(setting: MarksSetting, pyodide: string) {
    this.#setting = setting;
    this.#pyodide = pyodide;
  }

  /** Whether an answer's drawing is to be marked. */
  wants({ endpoint, request }: Pick<Answer, "endpoint" | "request">): boolean {
    if (this.#setting !== "auto") return this.#setting === "on";
    return endpoint.kind === "browser" || SHIPPED.test(request.model);
  }

  /** What was found of an answer, once it was marked. */
  known(answer: Answer): Marking | undefined {
    return this.#known.get(answer);
  }

  /**
   * Marks an answer.
   *
   * @param onState Told what the start of Python is doing.
   * @throws Error Where Python does not run; its message is the end of a sentence.
   */
  async mark(answer: Answer, onState: (state: string) => void): Promise<Marking> {
    const before = this.#known.get(answer);
    if (before) return before;
    // What is marked is what is shown.
    const drawing = findDrawing(answer.text)?.source ?? "";
    const prompt = answer.request.messages.at(-1)?.content ?? "";
    const marking = (await pagePython(this.#pyodide).mark({ onPython: onState }, { type: "mark", prompt, answer: drawing })) as Marking;
    this.#known.set(answer, marking);
    return marking;
  }

  /** @throws Error Where Python does not run. */
  async curve(runs: readonly CurveRun[]): Promise<Curve> {
    return (await pagePython(this.#pyodide).mark({ onPython: () => {} }, { type: "curve", runs: JSON.stringify(runs) })) as Curve;
  }
}

/** Why there are no marks, where Python does not run. */
export function whyNot(error: unknown): string {
  return `Not marked: marking needs Python in the page. ${(error as Error).message}`;
}

/** Why there are no marks, where the prompt is not known. */
export function whyUnknown({ examples }: NotKnown): string {
  return `Not marked: this prompt asks for something that the marks do not know. Marked are prompts such as ${examples.map((example) => `“${example}”`).join(", ")}`;
}

/** What is wrong, in sentences; the same words once. */
export function wrongs({ marks }: Marks): string[] {
  return [...new Set(marks.flatMap(({ said }) => said))];
}

/** In a line: what is right, or which marks are not. */
export function inShort(marking: Marks): string {
  const wrong = marking.marks.filter(({ right }) => !right).map(({ label }) => label.toLowerCase());
  return marking.all ? "all right" : `wrong: ${wrong.join(", ")}`;
}

/** The row of marks below a drawing. */
export function markRow(marking: Marking): HTMLElement {
  if (!hasMarks(marking)) return h("p", { class: "quantlab-chat-note" }, whyUnknown(marking));
  const all = { name: "all", label: "All right", right: marking.all };
  const marks = [...marking.marks, all].map(({ label, right, name }) =>
    h("li", { class: "quantlab-chat-mark", "data-mark": name, "data-right": String(right), "aria-label": `${label}: ${right ? "yes" : "no"}` }, `${right ? "✓" : "✗"} ${label}`),
  );
  const words = wrongs(marking);
  return h(
    "div",
    { class: "quantlab-chat-marks" },
    h("ul", { class: "quantlab-chat-marked", "aria-label": "Marks of the drawing" }, ...marks),
    words.length ? h("ul", { class: "quantlab-chat-wrong", "aria-label": "What is wrong" }, ...words.map((sentence) => h("li", { class: "quantlab-chat-said" }, `${sentence}.`))) : undefined,
  );
}
