/** The conversation in the page: prompts, answers, and controls that switch to other branches. */
import { button, h } from "../ui/dom.ts";
import type { Answer } from "./answer.ts";
import { AnswerView, type Actions } from "./answer_view.ts";
import type { Turn } from "./conversation.ts";
import type { Session } from "./session.ts";
import { t } from "./texts.ts";

/** If nothing new was shown for this many milliseconds, a text is shown at once instead of in the next frame. */
const PAUSE = 50;
/** Pixels from the end of the transcript within which it follows a growing answer. */
const NEAR = 40;

interface Doing {
  /** Asks, and tells how it went. */
  ask(send: () => Promise<Answer>): void;
  explain: Actions["explain"];
  /** What the reader sees for a model. */
  label(model: string): string;
}

export class Transcript {
  readonly element: HTMLElement;
  readonly #session: Session;
  readonly #doing: Doing;
  readonly #list = h("ol", { class: "quantlab-chat-turns" });
  readonly #scroller = h("div", {
    class: "quantlab-chat-transcript",
    role: "log",
    "aria-live": "off", // what is to be heard is said once an answer is complete
    "aria-label": t("conversation"),
    tabindex: 0,
    scroll: () => this.#onScroll(),
  });
  readonly #toEnd = button(t("to_end"), () => this.toEnd(), { class: "quantlab-chat-to-end", hidden: true });
  #views = new Map<Answer, AnswerView>();
  #follows = true;
  /** Where it was scrolled to last, in pixels. */
  #top = 0;
  #frame = 0;
  #shownAt = -Infinity;

  constructor(session: Session, doing: Doing) {
    this.#session = session;
    this.#doing = doing;
    this.#scroller.append(this.#list);
    // After layout, so that scrolling to the end does not force another one.
    new ResizeObserver(() => this.#follows && this.#scrollToEnd()).observe(this.#list);
    this.element = h("div", { class: "quantlab-chat-conversation" }, this.#scroller, this.#toEnd);
  }

  /** Shows other turns, or other answers. */
  showTurns(): void {
    const known = this.#views;
    this.#views = new Map();
    this.#list.replaceChildren(
      ...this.#session.turns.map((turn) => {
        const answers = turn.answers.map((answer, i) => {
          const view = known.get(answer) ?? this.#view(turn, answer);
          this.#views.set(answer, view);
          return h("div", {}, view.element, this.#way(turn, i));
        });
        return h("li", {}, this.#prompt(turn), ...answers);
      }),
    );
    for (const [answer, view] of known) if (!this.#views.has(answer)) view.close();
    this.#scroller.hidden = !this.#list.childElementCount;
    this.schedule();
  }

  /** An answer grew: the first text after a pause is shown at once, the others once a frame. */
  onAnswer(): void {
    if (performance.now() - this.#shownAt > PAUSE && !this.#frame) this.#update();
    else this.schedule();
  }

  schedule(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#update();
    });
  }

  /** Brings the time that answers have waited up to now. */
  tick(): void {
    for (const [answer, view] of this.#views) if (!answer.reason) view.tick();
  }

  /** Scrolls to the end, and follows what comes. */
  toEnd(): void {
    this.#follows = true;
    this.#scrollToEnd();
    this.#toEnd.hidden = true;
  }

  #scrollToEnd(): void {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#top = this.#scroller.scrollTop;
  }

  leave(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #view(turn: Turn, answer: Answer): AnswerView {
    const { model } = answer.request;
    const format = this.#session.offered.find(({ name }) => name === model)?.format;
    const label = [this.#doing.label(model), format && t("no_gguf", { format })].filter(Boolean).join(", ");
    return new AnswerView(answer, label, this.#session, {
      repeats: () => this.#session.repeats(turn, answer),
      again: () => this.#doing.ask(() => this.#session.answer(turn)),
      explain: this.#doing.explain,
      changed: () => this.schedule(),
    });
  }

  #onScroll(): void {
    const { scrollTop, clientHeight, scrollHeight } = this.#scroller;
    // Only the reader scrolls up; what is out of sight may turn out to be higher than it was taken for.
    if (scrollTop + clientHeight > scrollHeight - NEAR) this.#follows = true;
    else if (scrollTop < this.#top - 1) this.#follows = false;
    this.#top = scrollTop;
    this.#toEnd.hidden = this.#follows;
  }

  #update(): void {
    // One answer a frame: a long conversation that is shown anew must not hold the page.
    for (const view of this.#views.values()) {
      // An event without text, such as the model's name, must not make the first text wait.
      if (view.isBehind) this.#shownAt = performance.now();
      if (!view.update()) continue;
      this.schedule();
      break;
    }
  }

  /** Which of several answers the conversation goes on from, and how to go on from another. */
  #way(turn: Turn, index: number): HTMLElement | undefined {
    if (turn.answers.length < 2) return undefined;
    if (turn.chosen === index) return h("p", { class: "quantlab-chat-note" }, t("goes_on"));
    return h(
      "p",
      {},
      button(t("go_on"), () => this.#session.goOnFrom(turn, index)),
    );
  }

  #prompt(turn: Turn): HTMLElement {
    const text = h("p", {}, turn.prompt);
    const edit = button(t("edit"), () => {
      const box = h("textarea", { rows: 3, "aria-label": t("prompt") });
      box.value = turn.prompt;
      const close = (): void => {
        form.replaceWith(text);
        edit.hidden = false;
        edit.focus();
      };
      const form = h(
        "form",
        {
          class: "quantlab-chat-edit",
          submit: (event) => {
            event.preventDefault();
            if (box.value.trim()) this.#doing.ask(() => this.#session.edit(turn, box.value.trim()));
          },
          keydown: (event) => {
            if ((event as KeyboardEvent).key === "Escape") close();
          },
        },
        box,
        h("p", {}, t("branches")),
        h("button", { type: "submit" }, t("send")),
        button(t("cancel"), close),
      );
      text.replaceWith(form);
      edit.hidden = true;
      box.focus();
    });
    return h("div", { class: "quantlab-chat-prompt" }, text, this.#others(turn), edit);
  }

  /** The ways to the other prompts that were put at a turn's place. */
  #others(turn: Turn): HTMLElement | undefined {
    const fork = this.#session.conversation.fork(turn);
    const count = fork.turns.length;
    if (count < 2) return undefined;
    const way = (label: string, meaning: string, index: number): HTMLButtonElement =>
      button(label, () => this.#session.show(fork, index), {
        "aria-label": meaning,
        title: meaning,
        disabled: index < 0 || index >= count,
      });
    return h(
      "span",
      { class: "quantlab-chat-others", role: "group", "aria-label": t("prompts_here") },
      way("‹", t("previous_prompt"), fork.chosen - 1),
      h("span", {}, t("prompt_of", { number: fork.chosen + 1, total: count })),
      way("›", t("next_prompt"), fork.chosen + 1),
    );
  }
}
