/** Where the reader writes: the prompt's box, the model that it goes to, and what is sent along. */
import { button, choices, h, isComposing, labelled } from "../ui/dom.ts";
import { isolated } from "../ui/isolate.ts";
import { prepareDrawings } from "./drawing.ts";
import { lack } from "./engine.ts";
import type { Session } from "./session.ts";
import { t } from "./texts.ts";
import { volume } from "../ui/volume.ts";
import { start } from "./markdown/parser.ts";

interface Doing {
  send(prompt: string): void;
  toEnd(): void;
}

export class Composer {
  readonly element = h("div", { class: "quantlab-chat-bottom" });
  readonly #session: Session;
  readonly #doing: Doing;

  readonly #model = h("select");
  readonly #other = h("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  readonly #otherLabel = labelled(t("model_name"), this.#other);
  readonly #note = h("span", { class: "quantlab-chat-note" });
  readonly #box = h("textarea", { rows: 3, placeholder: t("write_prompt"), title: t("prompt_keys") });
  readonly #send = h("button", { type: "submit" }, t("send"));
  readonly #stop = button(t("stop"), () => this.#session.stop());
  readonly #history = h("input", { type: "checkbox", autocomplete: "off" });
  readonly #historyLabel = labelled(t("history"), this.#history, "quantlab-control quantlab-chat-history");
  readonly #prompts: HTMLDetailsElement;
  #isBegun = false;

  constructor(session: Session, doing: Doing) {
    this.#session = session;
    this.#doing = doing;
    this.#model.addEventListener("change", () => this.#choose());
    this.#other.addEventListener("input", () => (session.model = this.#other.value.trim()));
    this.#box.value = session.draft;
    this.#box.addEventListener("input", () => (session.draft = this.#box.value));
    this.#box.addEventListener("keydown", (event) => this.#onKey(event));
    // The reader is about to ask: detect the server's API and fetch what renders answers in the meantime.
    this.#box.addEventListener("focus", () => {
      void session.meet().catch(() => {});
      start();
      void prepareDrawings().catch(() => {});
    });
    this.#history.checked = session.sendsHistory;
    this.#history.addEventListener("change", () => (session.sendsHistory = this.#history.checked));
    const prompts = session.config.prompts.map((prompt) => button(prompt, () => this.write(prompt)));
    const form = h(
      "form",
      {
        class: "quantlab-form",
        submit: (event) => {
          event.preventDefault();
          this.#submit();
        },
      },
      labelled(t("prompt_label"), this.#box),
      h(
        "div",
        { class: "quantlab-chat-send" },
        labelled(t("model"), this.#model),
        this.#otherLabel,
        this.#send,
        this.#stop,
        this.#note,
      ),
      this.#historyLabel,
    );
    this.#prompts = h(
      "details",
      { class: "quantlab-chat-panel", open: true, hidden: !prompts.length },
      h("summary", {}, t("prompts")),
      h(
        "div",
        { class: "quantlab-scroll quantlab-chat-prompts", role: "group", "aria-label": t("prompts") },
        ...prompts,
      ),
    );
    this.element.append(this.#prompts, form);
  }

  /** Puts a prompt into the box and focuses it. */
  write(prompt: string): void {
    this.#box.value = this.#session.draft = prompt;
    this.#box.focus();
  }

  /** Brings the controls in line with the session. */
  update(): void {
    const { isBusy, isAnswering, isInPage, model, turns } = this.#session;
    const models = this.#session.models();
    const named = models.map(({ model, label }) => [model, label] as const);
    choices(this.#model, isInPage ? named : [...named, ["", t("another")]]);
    const isListed = models.some((choice) => choice.model === model);
    this.#model.value = isListed ? model : "";
    this.#otherLabel.hidden = isListed || isInPage;
    if (!isListed && document.activeElement !== this.#other) this.#other.value = model;
    // Models are listed even if this browser cannot run them, so that the reader sees what the page offers.
    this.#send.disabled = isBusy || (isInPage && lack() !== undefined);
    const toFetch = model && !this.#send.disabled ? this.#session.toFetch([model]) : 0;
    // Of what is fetched, the note has the model's part.
    const llama = toFetch && this.#session.toFetch([]);
    const note = isolated(models.find((choice) => choice.model === model)?.note ?? "");
    this.#note.textContent = llama && toFetch > llama ? t("with_llama", { note, size: volume(llama) }) : note;
    const taken = t(isInPage ? "comparison_has_model" : "comparison_has_server");
    this.#send.textContent =
      isBusy && !isAnswering ? taken : toFetch && !isBusy ? t("fetch_and_send", { size: volume(toFetch) }) : t("send");
    this.#stop.hidden = !isAnswering;
    // Once there is something to read, the prompts to try give it their place.
    if (turns.length && !this.#isBegun) this.#prompts.open = false;
    this.#isBegun = turns.length > 0;
    this.#historyLabel.firstElementChild!.textContent = turns.length
      ? t("history_count", { count: turns.length })
      : t("history");
  }

  #onKey(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    if (event.key === "Enter" && !event.shiftKey) this.#submit();
    else if (event.key === "Escape" && this.#session.isAnswering) this.#session.stop();
    else if (event.key === "ArrowUp" && !this.#box.value && this.#session.turns.length)
      this.write(this.#session.turns.at(-1)!.prompt);
    else if (event.key === "End" && event.ctrlKey && !this.#box.value) this.#doing.toEnd();
    else return;
    event.preventDefault();
  }

  #choose(): void {
    this.#session.model = this.#model.value;
    this.update();
    if (!this.#model.value) this.#other.focus();
  }

  #submit(): void {
    const prompt = this.#box.value.trim();
    if (!prompt || this.#send.disabled) return;
    this.#box.value = this.#session.draft = "";
    this.#doing.send(prompt);
  }
}
