/** The answers of a comparison side by side: a table for each prompt, with a row for each seed and a column for each model. */
import { otherModel, type Answer } from "../answer.ts";
import { describeSettings, endOf, notesOf } from "../describe.ts";
import { around, h } from "../../ui/dom.ts";
import type { Marks } from "../../generated/protocol.ts";
import { hasMarks, inShort, wrongs } from "../marks.ts";
import { wide } from "../table.ts";
import { verdictLine } from "../verdicts.ts";
import { t as chat } from "../texts.ts";
import type { Comparison } from "./comparison.ts";
import { MEASURES, type Values } from "./measures.ts";
import { picture } from "./picture.ts";
import type { Cell } from "./run.ts";
import { t } from "./texts.ts";

/** Characters of an answer that are shown without opening it. */
const EXCERPT = 280;

/** What a cell without an answer says, by its state. */
const NOT_THERE = { waiting: "cell_waiting", failed: "cell_failed", "left-out": "cell_left_out" } as const;

export class Grid {
  readonly element = h("div", { class: "quantlab-compare-grid" });
  readonly #comparison: Comparison;
  readonly #boxes = new Map<Cell, HTMLElement>();

  constructor(comparison: Comparison) {
    this.#comparison = comparison;
    const { plan, cells, endpoint } = comparison.run;
    // The chat may meanwhile talk to another server; this comparison does not.
    this.element.append(h("p", { class: "quantlab-chat-note" }, t("all_from", { url: endpoint.url })));
    this.element.style.setProperty("--ql-models", String(plan.models.length));
    plan.prompts.forEach((prompt, position) => {
      const rows = plan.seeds.map((seed, row) => {
        const own = cells.filter((cell) => cell.prompt === position && cell.seed === row && !cell.isControl);
        return h(
          "tr",
          {},
          h("th", { scope: "row" }, t("seed", { seed: String(seed) })),
          ...own.map((cell) => this.#box(cell)),
        );
      });
      const caption = h("span", {}, ...around((text) => t("answers_to", { prompt: text }), h("q", {}, prompt)));
      this.element.append(
        wide(t("answers_to_number", { number: position + 1 }), caption, ["", ...comparison.labels], rows),
      );
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
            ? t("getting_ready")
            : t(`waiting_${answer.waiting}`)
          : t("writing", { count: written }),
      );
    } else if (state === "done" && answer) {
      const name = t("drawing", {
        model: this.#comparison.labels[cell.model]!,
        seed: String(answer.request.settings.seed),
      });
      const marking = this.#comparison.marked?.markings.get(answer);
      const verdict = this.#comparison.judged?.verdicts.get(answer);
      box.replaceChildren(
        ...shown(answer, name),
        ...(verdict ? [verdictLine(verdict)] : []),
        ...(hasMarks(marking) ? marked(marking) : []),
        ...facts(answer, this.#comparison.values({ answer })),
      );
    } else {
      box.replaceChildren(state in NOT_THERE ? t(NOT_THERE[state as keyof typeof NOT_THERE]) : "");
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
  return [h("p", { class: "quantlab-compare-text" }, excerpt || t("empty"))];
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
      h("summary", {}, chat("what_is_wrong")),
      h("ul", {}, ...wrongs(marking).map((sentence) => h("li", {}, `${sentence}.`))),
    ),
  ];
}

/** What is known of an answer, in short and, on request, at length. */
function facts(answer: Answer, values: Values): Node[] {
  const { request, reason, figures, text, thinking, unused } = answer;
  const parts = [
    values.svg ? (values.wellFormed ? t("svg", { count: values.elements! }) : t("broken_svg")) : t("no_svg"),
    figures?.tokens === undefined ? t("n_words", { count: values.words! }) : chat("tokens", { count: figures.tokens }),
    values.speed !== undefined && t("rate", { rate: values.speed.toFixed(1) }),
    values.loop && reason !== "looped" && t("ends_in_loop"),
    (reason === "stop" || reason === "length" || reason === "looped") && t(`end_${reason}`),
    reason === "full" && endOf(reason, figures),
  ];
  const other = otherModel(answer);
  const rows: [string, string][] = [
    [chat("model"), request.model],
    [t("answered_by"), answer.model || t("not_told")],
    [chat("settings"), describeSettings(request.settings, unused)],
    ...MEASURES.flatMap(({ name, label, isShare, decimals }): [string, string][] => {
      const value = values[name];
      if (value === undefined) return [];
      return [[label, isShare ? t(value ? "yes" : "no") : value.toFixed(Number.isInteger(value) ? 0 : decimals)]];
    }),
  ];
  return [
    h("p", { class: "quantlab-chat-note" }, parts.filter(Boolean).join(" · ")),
    ...(other ? [h("p", { class: "quantlab-chat-warning" }, t("answered_with", { model: other }))] : []),
    ...notesOf(answer).map((note) => h("p", { class: "quantlab-chat-warning" }, note)),
    h(
      "details",
      {},
      h("summary", {}, t("text_and_figures")),
      thinking ? h("pre", {}, thinking) : undefined,
      h("pre", {}, text),
      h("dl", {}, ...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    ),
  ];
}
