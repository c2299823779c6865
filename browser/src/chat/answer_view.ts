/** An answer in the page: its text as it arrives, its drawing, and the line that says what made it and how it ended. */
import { isRethought, otherModel, type Answer } from "./answer.ts";
import { button, h } from "../ui/dom.ts";
import { describeFigures, describeSettings, endOf, notesOf } from "./describe.ts";
import { Drawing } from "./drawing.ts";
import { DrawingFinder } from "./drawing_finder.ts";
import { copyText } from "./copy.ts";
import { Plain } from "./markdown/plain.ts";
import { Markdown } from "./markdown/view.ts";
import { markRow, whyNot, type Marker } from "./marks.ts";
import { t } from "./texts.ts";
import { tokensOf } from "./tokens.ts";
import { verdictLine, whyUnjudged, type Judge } from "./verdicts.ts";
import type { Problem, Reason } from "./wire.ts";

/** Characters of an answer that are processed at a time, and milliseconds per frame that may be spent on drawing. */
const PART = 20_000;
const BUDGET = 5;

/** What an answer can be asked to do. */
export interface Actions {
  again(): void;
  /** Asking again would send the same request with the same seed. */
  repeats(): boolean;
  explain(host: HTMLElement, problem: Problem, model: string): void;
  /** There is more to show. */
  changed(): void;
}

export class AnswerView {
  readonly element: HTMLElement;
  readonly #answer: Answer;
  readonly #actions: Actions;
  readonly #label: string;
  readonly #marker: Marker;
  readonly #judge: Judge;
  readonly #state = h("p", { class: "quantlab-chat-state" });
  #text = h("div", { class: "quantlab-chat-text md-typeset" });
  #markdown: Markdown;
  #finder = new DrawingFinder();
  readonly #tryNow = button(t("try_now"), () => this.#answer.tryNow?.());
  readonly #end = h("div", { class: "quantlab-chat-end" });
  readonly #begun = performance.now();
  /** Characters of the answer, and of its reasoning, that are in the page. */
  #shown = 0;
  #thought = 0;
  #isRethought = false;
  #thinking: Plain | undefined;
  #drawing: Drawing | undefined;
  #bare: HTMLDetailsElement | undefined;
  #isDone = false;

  /** @param label What the reader sees for the model that was asked. */
  constructor(answer: Answer, label: string, { marker, judge }: { marker: Marker; judge: Judge }, actions: Actions) {
    this.#answer = answer;
    this.#marker = marker;
    this.#judge = judge;
    this.#actions = actions;
    this.#label = label;
    this.#markdown = this.#newMarkdown();
    this.element = h(
      "article",
      { class: "quantlab-chat-answer", "aria-label": t("answer_from", { model: label }), "aria-busy": "true" },
      h("p", { class: "quantlab-chat-who" }, label),
      this.#state,
      this.#tryNow,
      this.#text,
      this.#end,
    );
    this.tick();
  }

  /** There is text that is not in the page. */
  get isBehind(): boolean {
    const { text, thinking } = this.#answer;
    return this.#shown < text.length || this.#thought < thinking.length;
  }

  /** Shows as much of the answer as one frame has time for. Returns whether there is more to show. */
  update(): boolean {
    const { text, thinking, reason } = this.#answer;
    if (this.#isDone) return false;
    if (isRethought(this.#answer) && !this.#isRethought) this.#begin();
    if (thinking) this.#showThinking(thinking);
    const until = performance.now() + BUDGET;
    while (this.#shown < text.length && performance.now() < until) {
      const part = text.slice(this.#shown, this.#shown + PART);
      this.#markdown.write(part);
      this.#finder.push(part);
      this.#shown += part.length;
    }
    const isAll = this.#shown >= text.length;
    if (isAll && reason) this.#markdown.end();
    const isDrawn = !this.#markdown.draw(until);
    if (isAll) this.#draw(text);
    this.tick();
    if (reason && this.#markdown.isDone) this.#finish(reason);
    return !isAll || !isDrawn;
  }

  #newMarkdown(): Markdown {
    return new Markdown(this.#text, fold, () => this.#actions.changed());
  }

  /** Ends the view; the answer is no longer shown. */
  close(): void {
    this.#markdown.close();
  }

  /** Updates the line that says what an answer is waiting for, and for how long. */
  tick(): void {
    const { text, thinking, reason, waiting, endpoint, tryNow } = this.#answer;
    this.#tryNow.hidden = waiting !== "busy" || !tryNow;
    if (endpoint.kind === "browser" && !reason && !text && !thinking) {
      // What is being fetched is shown beside the choice of models.
      this.#state.textContent = t(waiting ? "getting_ready" : "reading_prompt");
      return;
    }
    const waited = Math.round((performance.now() - this.#begun) / 1000);
    if (reason || text) this.#state.textContent = "";
    else if (thinking) this.#state.textContent = t("thinking_now");
    else if (waited < 2) this.#state.textContent = t(waiting ?? "waiting");
    else
      this.#state.textContent = t(waiting ? `${waiting}_for` : waited > 9 ? "waiting_long" : "waiting_for", {
        seconds: waited,
      });
  }

  /** Starts the text again, because what was shown so far turned out to be reasoning. */
  #begin(): void {
    this.#isRethought = true;
    const old = this.#bare ?? this.#text;
    this.#text = h("div", { class: "quantlab-chat-text md-typeset" });
    old.replaceWith(this.#text);
    this.#drawing?.element.remove();
    this.#drawing = this.#bare = undefined;
    this.#markdown.close();
    this.#markdown = this.#newMarkdown();
    this.#finder = new DrawingFinder();
    this.#shown = 0;
  }

  #showThinking(text: string): void {
    if (!this.#thinking) {
      const inside = h("div", { class: "quantlab-chat-thinking" });
      this.#text.before(h("details", {}, h("summary", {}, t("thinking")), inside));
      this.#thinking = new Plain(inside);
    }
    this.#thinking.show(text);
    this.#thought = text.length;
  }

  #draw(text: string): void {
    const found = this.#finder.find(text);
    if (!found) return;
    if (!this.#drawing) {
      this.#drawing = new Drawing(t("drawing_by", { model: this.#label }));
      this.#text.after(this.#drawing.element);
      // The answer is a drawing without a code fence: it is folded like a code block.
      if (!text.slice(0, this.#finder.first).trim()) {
        this.#bare = h("details", { class: "quantlab-chat-bare" }, h("summary", {}, t("source")));
        this.#text.replaceWith(this.#bare);
        this.#bare.append(this.#text);
      }
    }
    // Text after the drawing must stay visible.
    if (this.#bare && this.#finder.hasWordsBehind) this.#bare.open = true;
    this.#drawing.show(found);
  }

  /** Marks the drawing, below it. */
  async #mark(drawing: HTMLElement): Promise<void> {
    const host = h("div", {}, h("p", { class: "quantlab-chat-note" }, t("marking")));
    drawing.after(host);
    try {
      const marking = await this.#marker.mark(
        this.#answer,
        (state) => (host.firstElementChild!.textContent = state || t("marking")),
      );
      host.replaceChildren(markRow(marking));
    } catch (error) {
      host.replaceChildren(h("p", { class: "quantlab-chat-note" }, whyNot(error)));
    }
  }

  /** Says whether the answer is right, where its prompt has a rule. */
  async #checkAnswer(): Promise<void> {
    const rule = this.#judge.ruleFor(this.#answer);
    if (!rule) return;
    const note = h("p", { class: "quantlab-chat-note" }, t("judging"));
    this.#end.append(note);
    try {
      const known = this.#judge.known(this.#answer);
      const [verdict = known] = known
        ? []
        : await this.#judge.judge([this.#answer], rule, (state) => (note.textContent = state || t("judging")));
      note.replaceWith(verdictLine(verdict!));
    } catch (error) {
      note.textContent = whyUnjudged(error);
    }
  }

  #finish(reason: Reason): void {
    this.#isDone = true;
    this.#drawing?.end();
    if (this.#drawing && this.#marker.wants(this.#answer)) void this.#mark(this.#drawing.element);
    void this.#checkAnswer();
    const { request, figures, problem, text, unused } = this.#answer;
    this.element.removeAttribute("aria-busy");
    const other = otherModel(this.#answer);
    const asksForDrawing = /\b(svg|draw|sketch|picture)/i.test(request.messages.at(-1)?.content ?? "");
    const add = (className: string, ...children: (string | Node)[]): void =>
      this.#end.append(h("p", { class: className }, ...children));
    if (other) add("quantlab-chat-warning", t("other_model", { model: request.model, other }));
    for (const note of notesOf(this.#answer)) add("quantlab-chat-warning", note);
    if (reason === "stop" && !text) add("quantlab-chat-warning", t("empty"));
    if (asksForDrawing && !this.#drawing && text && reason !== "error") add("quantlab-chat-none", t("no_svg"));
    if (problem && reason === "error") {
      const host = h("div", { class: "quantlab-chat-problem" });
      this.#end.append(host);
      this.#actions.explain(host, problem, request.model);
    } else if (problem) add("quantlab-chat-words", problem.message);
    add(
      "quantlab-chat-figures",
      `${capital(endOf(reason, figures))}. ${figures ? `${describeFigures(figures)}. ` : ""}${request.model}, ${describeSettings(request.settings, unused)}.`,
    );
    const copy = button(t("copy"), () => void copyText(text, copy));
    this.#end.append(h("div", { class: "quantlab-chat-actions" }, text ? copy : undefined, this.#again()));
    if (request.candidates && text) this.element.append(tokensOf(this.#answer));
  }

  /** The button that asks again. Before it is pressed, it says if only chance of the server can change the answer. */
  #again(): DocumentFragment {
    const note = h("span", { class: "quantlab-chat-note", role: "status" });
    const say = (): void => void (note.textContent = this.#actions.repeats() ? t("same_again") : "");
    const again = button(t("again"), () => this.#actions.again(), {
      title: t("again_hint"),
      focus: say,
      pointerenter: say,
    });
    const both = document.createDocumentFragment();
    both.append(again, note);
    return both;
  }
}

/** Folds the code block of a drawing: the picture is shown instead, and a click opens the source. */
function fold(block: HTMLDetailsElement): void {
  block.open = false;
  block.querySelector("summary")!.textContent = t("source");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
