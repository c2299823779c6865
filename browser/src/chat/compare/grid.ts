/** The answers of a comparison side by side: a table for each prompt, with a row for each seed and a column for each model. */
import { otherModel, type Answer } from "../answer.ts";
import { describeSettings } from "../answer_view.ts";
import { h } from "../../ui/dom.ts";
import type { Marks } from "../../generated/protocol.ts";
import { hasMarks, inShort, wrongs } from "../marks.ts";
import { wide } from "../table.ts";
import type { Comparison } from "./comparison.ts";
import { count } from "./format.ts";
import { MEASURES, type Values } from "./measures.ts";
import { picture } from "./picture.ts";
import type { Cell } from "./run.ts";

/** Characters of an answer that are shown without opening it. */
const EXCERPT = 280;

const ENDINGS: Readonly<Record<string, string>> = {
  stop: "ended by itself",
  length: "cut at the limit",
  looped: "looped, and was cut by the server",
};

const NOT_THERE: Readonly<Record<string, string>> = {
  waiting: "not asked yet",
  failed: "failed",
  "left-out": "left out",
};

export class Grid {
  readonly element = h("div", { class: "quantlab-compare-grid" });
  readonly #comparison: Comparison;
  readonly #boxes = new Map<Cell, HTMLElement>();

  constructor(comparison: Comparison) {
    this.#comparison = comparison;
    const { plan, cells, endpoint } = comparison.run;
    // The chat may meanwhile talk to another server; this comparison does not.
    this.element.append(h("p", { class: "quantlab-chat-note" }, `All answers are from ${endpoint.url}.`));
    this.element.style.setProperty("--ql-models", String(plan.models.length));
    plan.prompts.forEach((prompt, position) => {
      const rows = plan.seeds.map((seed, row) => {
        const own = cells.filter((cell) => cell.prompt === position && cell.seed === row && !cell.isControl);
        return h("tr", {}, h("th", { scope: "row" }, `Seed ${seed}`), ...own.map((cell) => this.#box(cell)));
      });
      const caption = h("span", {}, "Answers to ", h("q", {}, prompt));
      this.element.append(wide(`Answers to prompt ${position + 1}`, caption, ["", ...comparison.labels], rows));
    });
  }

  #box(cell: Cell): HTMLElement {
    const box = h("td");
    this.#boxes.set(cell, box);
    this.show(cell);
    return box;
  }

  /** Brings a cell up to date. */
  show(cell: Cell): void {
    const box = this.#boxes.get(cell);
    if (!box) return;
    box.dataset.state = cell.state;
    const { answer, state } = cell;
    if (state === "running" && answer) {
      // Only what is there already grows: a picture for every few characters would hold the page up.
      const written = answer.text.length + answer.thinking.length;
      box.replaceChildren(
        answer.waiting
          ? answer.endpoint.kind === "browser"
            ? "getting the model ready …"
            : `the server is ${answer.waiting} …`
          : `writing … ${count(written, "character")}`,
      );
    } else if (state === "done" && answer) {
      const name = `Drawing by ${this.#comparison.labels[cell.model]}, seed ${answer.request.settings.seed}`;
      const marking = this.#comparison.marked?.markings.get(answer);
      box.replaceChildren(
        ...shown(answer, name),
        ...(hasMarks(marking) ? marked(marking) : []),
        ...facts(answer, this.#comparison.values({ answer })),
      );
    } else {
      box.replaceChildren(NOT_THERE[state] ?? "");
    }
  }
}

/**
 * An answer as it is looked at: its picture, or how its text begins.
 *
 * @param name What the picture is called for those who do not see it.
 */
export function shown({ text }: Answer, name: string): Node[] {
  const drawn = picture(text, name);
  if (drawn) return [drawn];
  const characters = [...text.trim()];
  const excerpt = characters.slice(0, EXCERPT).join("") + (characters.length > EXCERPT ? " …" : "");
  return [h("p", { class: "quantlab-compare-text" }, excerpt || "(empty)")];
}

/** Whether a drawing is right, and on request in words what is wrong. */
function marked(marking: Marks): Node[] {
  const short = inShort(marking);
  const line = h(
    "p",
    { class: "quantlab-compare-marks", "data-right": String(marking.all) },
    `${marking.all ? "✓" : "✗"} ${short}`,
  );
  if (marking.all) return [line];
  return [
    line,
    h(
      "details",
      {},
      h("summary", {}, "What is wrong"),
      h("ul", {}, ...wrongs(marking).map((sentence) => h("li", {}, `${sentence}.`))),
    ),
  ];
}

/** What is known of an answer, in short and, on request, at length. */
function facts(answer: Answer, values: Values): Node[] {
  const { request, reason, figures, text, thinking } = answer;
  const parts = [
    values.svg ? (values.wellFormed ? `SVG of ${count(values.elements!, "element")}` : "broken SVG") : "no SVG",
    figures?.tokens === undefined ? count(values.words!, "word") : count(figures.tokens, "token"),
    values.speed !== undefined && `${values.speed.toFixed(1)} tokens/s`,
    values.loop && reason !== "looped" && "ends in a loop",
    ENDINGS[reason!],
  ];
  const other = otherModel(answer);
  const rows: [string, string][] = [
    ["Model", request.model],
    ["Answered by", answer.model || "the server does not say"],
    ["Settings", describeSettings(request.settings)],
    ...MEASURES.flatMap(({ name, label, isShare, decimals }): [string, string][] => {
      const value = values[name];
      if (value === undefined) return [];
      return [[label, isShare ? (value ? "yes" : "no") : value.toFixed(Number.isInteger(value) ? 0 : decimals)]];
    }),
  ];
  return [
    h("p", { class: "quantlab-chat-note" }, parts.filter(Boolean).join(" · ")),
    ...(other ? [h("p", { class: "quantlab-chat-warning" }, `The server answered with ${other}.`)] : []),
    h(
      "details",
      {},
      h("summary", {}, "Text and figures"),
      thinking ? h("pre", {}, thinking) : undefined,
      h("pre", {}, text),
      h("dl", {}, ...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    ),
  ];
}
