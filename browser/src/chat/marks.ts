/**
 * Marks of drawings, right or wrong, by the engine's scorer in the page's Python.
 *
 * Python is fetched for the first drawing that is to be marked, and not before.
 */
import type { ChatConfig } from "../generated/attributes.ts";
import { BUILTIN_MODELS } from "../generated/limits.ts";
import type { Curve, CurveRun, Marks, UnknownPrompt } from "../generated/protocol.ts";
import { pagePython } from "../python/shared_python.ts";
import type { Answer } from "./answer.ts";
import { findDrawing } from "./drawing_finder.ts";
import { h } from "../ui/dom.ts";
import { t } from "./texts.ts";

export type Marking = Marks | UnknownPrompt;

export const hasMarks = (marking: Marking | undefined): marking is Marks => marking !== undefined && "marks" in marking;

export class Marker {
  readonly #setting: ChatConfig["marks"];
  readonly #pyodide: string;
  readonly #known = new WeakMap<Answer, Marking>();

  /**
   * @param setting The author's.
   * @param pyodide Where the page's Python is: `bundled`, `off` or an address.
   */
  constructor(setting: ChatConfig["marks"], pyodide: string) {
    this.#setting = setting;
    this.#pyodide = pyodide;
  }

  /** Whether an answer's drawing is to be marked. */
  wants({ endpoint, request }: Pick<Answer, "endpoint" | "request">): boolean {
    if (this.#setting !== "auto") return this.#setting === "on";
    return endpoint.kind === "browser" || BUILTIN_MODELS.some((name) => request.model.startsWith(`${name}:`));
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
    // An owner of its own: no question takes another's place.
    const marked = await pagePython(this.#pyodide).call({ onPython: onState }, "mark_drawing", {
      prompt,
      answer: drawing,
    });
    this.#known.set(answer, marked!.answer);
    return marked!.answer;
  }

  /** @throws Error Where Python does not run. */
  async curve(runs: CurveRun[]): Promise<Curve> {
    return (await pagePython(this.#pyodide).call({ onPython: () => {} }, "draw_curve", { runs }))!.answer;
  }
}

/** Why there are no marks, where Python does not run. */
export function whyNot(error: unknown): string {
  return t("unmarked_python", { reason: (error as Error).message });
}

/** Why there are no marks, where the prompt is not known. */
export function whyUnknown({ examples }: UnknownPrompt): string {
  return t("unmarked_prompt", { examples: examples.map((text) => t("quoted", { text })).join(", ") });
}

/** What is wrong, in sentences; the same words once. */
export function wrongs({ marks }: Marks): string[] {
  return [...new Set(marks.flatMap(({ said }) => said))];
}

/** In a line: what is right, or which marks are not. */
export function inShort(marking: Marks): string {
  const wrong = marking.marks.filter(({ right }) => !right).map(({ label }) => label.toLowerCase());
  return marking.all ? t("marks_short_right") : t("marks_short_wrong", { marks: wrong.join(", ") });
}

/** The row of marks below a drawing. */
export function markRow(marking: Marking): HTMLElement {
  if (!hasMarks(marking)) return h("p", { class: "quantlab-chat-note" }, whyUnknown(marking));
  const all = { name: "all", label: t("all_right"), right: marking.all };
  const marks = [...marking.marks, all].map(({ label, right, name }) =>
    h(
      "li",
      {
        class: "quantlab-chat-mark",
        "data-mark": name,
        "data-right": String(right),
        "aria-label": t(right ? "mark_yes" : "mark_no", { mark: label }),
      },
      `${right ? "✓" : "✗"} ${label}`,
    ),
  );
  const words = wrongs(marking);
  return h(
    "div",
    { class: "quantlab-chat-marks" },
    h("ul", { class: "quantlab-chat-marked", "aria-label": t("marks_of_drawing") }, ...marks),
    words.length
      ? h(
          "ul",
          { class: "quantlab-chat-wrong", "aria-label": t("what_is_wrong") },
          ...words.map((sentence) => h("li", { class: "quantlab-chat-said" }, `${sentence}.`)),
        )
      : undefined,
  );
}
