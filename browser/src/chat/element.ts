/** `<quantlab-chat>` shows a conversation in the page; the `Session` holds it. */
import { attribute } from "../ui/attributes.ts";
import { button, h } from "../ui/dom.ts";
import { save } from "../ui/save.ts";
import type { Taken } from "../ui/taken.ts";
import { volume } from "../ui/volume.ts";
import { readAddress, written } from "./address.ts";
import type { Answer } from "./answer.ts";
import { mountCards } from "./card.ts";
import { comparisonIn, mountComparing } from "./comparing.ts";
import { Composer } from "./composer.ts";
import { Connection } from "./connection.ts";
import { explain } from "./doctor.ts";
import { engine, lack } from "./engine.ts";
import { asData, asMarkdown } from "./export.ts";
import { Keeping } from "./keeping.ts";
import { OwnFile } from "./own_file.ts";
import type { ChatContext, Panel } from "./panel.ts";
import { Session } from "./session.ts";
import { settingsPanel } from "./settings.ts";
import { compared, said } from "./taken.ts";
import { t } from "./texts.ts";
import { Transcript } from "./transcript.ts";
import type { Problem } from "./wire.ts";

/** What stands below the conversation, in this order. */
const PANELS: { name: string; mount: Panel }[] = [
  { name: "compare", mount: mountComparing },
  { name: "cards", mount: mountCards },
];

/** Conversations outlive their elements, which instant navigation replaces; one for each chat of each page. */
const sessions: Record<string, Session> = {};

export class QuantlabChat extends HTMLElement {
  #session!: Session;
  #transcript!: Transcript;
  #composer!: Composer;
  #connection!: Connection;
  #keeping!: Keeping;
  #leave: (() => void)[] = [];

  readonly #live = h("p", { class: "quantlab-live", role: "status" });
  readonly #body = h("div", { class: "quantlab-chat-body" });
  readonly #page = h("div", { class: "quantlab-chat-page" });
  readonly #bar = h("progress", { "aria-label": t("arrived") });
  readonly #doingNow = h("span");
  readonly #progress = h("p", { class: "quantlab-chat-progress", hidden: true }, this.#bar, this.#doingNow);
  #files: HTMLButtonElement[] = [];

  connectedCallback(): void {
    const config = attribute(this, "config")!;
    this.#session = sessions[`${location.pathname}#${this.id}`] ??= new Session(config);
    if (!this.hasAttribute("data-ready")) this.#build();
    const listen = (type: string, listener: () => void): void => {
      this.#session.addEventListener(type, listener);
      this.#leave.push(() => this.#session.removeEventListener(type, listener));
    };
    const { keeper } = this.#session;
    const onKept = (): void => this.#keeping.onKept();
    const onRefused = (): void => this.#keeping.onRefused();
    keeper.addEventListener("kept", onKept);
    keeper.addEventListener("refused", onRefused);
    this.#leave.push(() => {
      keeper.removeEventListener("kept", onKept);
      keeper.removeEventListener("refused", onRefused);
    });
    listen("turns", () => this.#showTurns());
    listen("answer", () => this.#transcript.onAnswer());
    listen("state", () => this.#update());
    // Another chat of the page may have fetched a model that this one needs.
    listen("progress", () => (engine.progress ? this.#showProgress() : this.#update()));
    if (config.inPage) this.#leave.push(engine.hold());
    const clock = window.setInterval(() => this.#transcript.tick(), 1000);
    this.#leave.push(() => clearInterval(clock));
    // A page in the background gets no animation frames, so the answer is updated when the page is visible again.
    const onVisible = (): void => this.#transcript.schedule();
    document.addEventListener("visibilitychange", onVisible);
    this.#leave.push(() => document.removeEventListener("visibilitychange", onVisible));
    this.#leave.push(() => this.#transcript.leave());
    for (const { name, mount } of PANELS) {
      const section = h("section", { class: `quantlab-chat-${name}` });
      this.#body.append(section);
      const unmount = mount(section, this.#context());
      this.#leave.push(() => {
        unmount();
        section.remove();
      });
    }
    this.#showTurns();
  }

  disconnectedCallback(): void {
    for (const leave of this.#leave.splice(0)) leave();
  }

  /** The finished answers of the conversation and of the comparison, for a reader who keeps one as evidence. */
  taken(): Taken[] {
    const comparison = comparisonIn(this.#session.memory);
    return [...said(this.#session, (model) => this.#label(model)), ...(comparison ? compared(comparison) : [])];
  }

  #build(): void {
    this.setAttribute("data-ready", "");
    this.querySelector<HTMLElement>(".quantlab-chat-plain")?.setAttribute("hidden", "");
    const session = this.#session;
    const say = (text: string): void => this.#say(text);
    this.#transcript = new Transcript(session, {
      ask: (send) => void this.#ask(send),
      explain: (host, problem, model) => this.#explain(host, problem, model),
      label: (model) => this.#label(model),
    });
    this.#composer = new Composer(session, {
      send: (prompt) => {
        void this.#ask(() => session.send(prompt));
        this.#transcript.toEnd();
        // The suggested prompts close and the transcript opens, which moves the page: keep both parts in view.
        for (const part of [this.#transcript.element, this.#composer.element])
          part.scrollIntoView({ block: "nearest" });
      },
      toEnd: () => this.#transcript.toEnd(),
    });
    this.#connection = new Connection(session, { explain: (host, problem) => this.#explain(host, problem), say });
    this.#keeping = new Keeping(session, say);
    this.#files = [
      button(t("save_markdown"), () => save("chat.md", "text/markdown", asMarkdown(session))),
      button(t("save_json"), () => save("chat.json", "application/json", asData(session))),
      button(t("clear"), () => {
        session.begin();
        this.#composer.write("");
      }),
    ];
    if (session.config.inPage) {
      const own = new OwnFile(this, (name) => session.usePage(name), say);
      this.#page.append(h("p", { class: "quantlab-chat-note" }, lack() ?? t("in_page")), own.element, this.#progress);
    }
    this.#body.append(
      this.#transcript.element,
      this.#composer.element,
      this.#connection.warning,
      this.#page,
      h("div", { class: "quantlab-chat-actions" }, ...this.#files),
      this.#connection.element,
      settingsPanel(session),
      this.#keeping.element,
    );
    this.querySelector("quantlab-load")?.after(this.#body);
    if (!this.#body.isConnected) this.prepend(this.#body);
    this.append(this.#live);
  }

  #context(): ChatContext {
    const session = this.#session;
    return {
      prompts: session.config.prompts,
      system: () => session.system,
      isInPage: () => session.isInPage,
      lack: () => (session.isInPage ? lack() : undefined),
      toFetch: (models) => session.toFetch(models),
      memory: session.memory,
      marker: session.marker,
      judge: session.judge,
      models: () => session.models(),
      settings: () => session.settings,
      endpoint: () => session.endpoint(),
      offered: () => session.list(),
      alone: (run) => session.alone(run),
      announce: (text) => this.#say(text),
      explain: (host, problem, model) => this.#explain(host, problem, model),
    };
  }

  /** Brings the controls in line with the session. */
  #update(): void {
    this.#composer.update();
    this.#connection.update();
    this.#keeping.update();
    this.#page.hidden = !this.#session.isInPage;
    for (const file of this.#files) file.disabled = !this.#session.turns.length;
    this.#showProgress();
  }

  #showTurns(): void {
    this.#transcript.showTurns();
    this.#update();
  }

  /** What is being fetched for a model in the page. */
  #showProgress(): void {
    const { progress } = engine;
    this.#progress.hidden = !progress;
    if (!progress) return;
    const { doing, done, all } = progress;
    this.#bar.max = all;
    this.#bar.value = done;
    this.#doingNow.textContent =
      done < all ? t("progress", { doing, done: volume(done), all: volume(all) }) : t("progress_open", { doing });
  }

  #say(text: string): void {
    // Screen readers repeat a text only if the element changes in between.
    this.#live.textContent = "";
    setTimeout(() => (this.#live.textContent = text), 50);
  }

  #explain(host: HTMLElement, problem: Problem, model = this.#session.model): void {
    const { address, key, kind, sendsHistory, turns } = this.#session;
    if (this.#session.isInPage) {
      host.replaceChildren(h("p", {}, problem.message));
      return this.#say(problem.message);
    }
    let endpoint = address;
    let hasKey = false;
    try {
      const url = readAddress(address);
      endpoint = written(url);
      hasKey = key.for(url) !== "";
    } catch (error) {
      host.replaceChildren(h("p", {}, address ? (error as Error).message : t("no_server")));
      return;
    }
    const request = { hasKey, isFirst: !sendsHistory || turns.length < 2 };
    void explain(host, problem, { endpoint, model, kind }, request, (text) => this.#say(text));
  }

  /** Asks, and announces the result to screen readers when the answer is complete, not token by token. */
  async #ask(send: () => Promise<Answer>): Promise<void> {
    const answer = await send();
    if (!this.isConnected || answer.reason === "error") return;
    const tokens = answer.figures?.tokens;
    const model = this.#label(answer.request.model);
    const ends = {
      length: "reached_limit",
      full: "filled_context",
      looped: "has_looped",
      cut: "was_cut",
      stopped: "was_stopped",
    } as const;
    const reason = answer.reason ?? "cut";
    if (reason === "stop") this.#say(tokens ? t("is_complete_tokens", { model, tokens }) : t("is_complete", { model }));
    else this.#say(t(ends[reason], { model }));
  }

  #label(model: string): string {
    return this.#session.models().find((choice) => choice.model === model)?.label ?? (model || t("no_model"));
  }
}
