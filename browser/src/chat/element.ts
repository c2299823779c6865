/** `<quantlab-chat>`: the conversation in the page. What is said and heard is the `Session`'s; this shows it. */
import { CHAT_LIMITS } from "../generated/limits.ts";
import type { Answer } from "./answer.ts";
import { AnswerView } from "./answer_view.ts";
import { readAddress, written } from "./address.ts";
import { mountCards } from "./card.ts";
import { mountCompare } from "./compare/panel.ts";
import { labelOf } from "./dialects/index.ts";
import { explain, warning } from "./doctor.ts";
import { engine, lack } from "./engine.ts";
import { OwnFile } from "./own_file.ts";
import { attribute } from "../ui/attributes.ts";
import { button, choices, h, isComposing, labelled } from "../ui/dom.ts";
import { asData, asMarkdown } from "./export.ts";
import type { ChatContext, Panel } from "./panel.ts";
import { isolated } from "../ui/isolate.ts";
import { save } from "../ui/save.ts";
import { MOST_MODELS, Session, type Turn } from "./session.ts";
import { MEMORY as COMPARISON, type Comparison } from "./compare/comparison.ts";
import { compared, said } from "./taken.ts";
import type { Taken } from "../ui/taken.ts";
import { numberField, numberIn, showValue } from "../ui/numbers.ts";
import { t } from "./texts.ts";
import { EndpointError, type Problem, type Settings } from "./wire.ts";
import { volume } from "../ui/volume.ts";

/** What stands below the conversation, in this order. */
const PANELS: { name: string; mount: Panel }[] = [
  { name: "compare", mount: mountCompare },
  { name: "cards", mount: mountCards },
];

/** Milliseconds without anything new to show, after which a text need not wait for the next frame. */
const PAUSE = 50;

/** Conversations outlive their elements, which instant navigation replaces; one for each chat of each page. */
const sessions: Record<string, Session> = {};

export class QuantlabChat extends HTMLElement {
  #session!: Session;
  #controls!: Controls;
  #views = new Map<Answer, AnswerView>();
  #frame = 0;
  #shownAt = -Infinity;
  #clock = 0;
  #leave: (() => void)[] = [];

  readonly #list = h("ol", { class: "quantlab-chat-turns", "aria-label": t("conversation") });
  readonly #live = h("p", { class: "quantlab-live", role: "status" });
  readonly #body = h("div", { class: "quantlab-chat-body" });

  connectedCallback(): void {
    const config = attribute(this, "config")!;
    this.#session = sessions[`${location.pathname}#${this.id}`] ??= new Session(config);
    if (!this.hasAttribute("data-ready")) this.#build();
    const listen = (type: string, listener: () => void): void => {
      this.#session.addEventListener(type, listener);
      this.#leave.push(() => this.#session.removeEventListener(type, listener));
    };
    listen("turns", () => this.#showTurns());
    listen("answer", () => this.#onAnswer());
    listen("state", () => this.#controls.update());
    // Another chat may have fetched what this one counts on.
    listen("progress", () => (engine.progress ? this.#controls.showProgress() : this.#controls.update()));
    if (config.inPage) this.#leave.push(engine.hold());
    this.#clock = window.setInterval(() => this.#tick(), 1000);
    this.#leave.push(() => clearInterval(this.#clock));
    // A page in the background gets no frames: what came meanwhile is shown when it is back.
    const onVisible = (): void => this.#schedule();
    document.addEventListener("visibilitychange", onVisible);
    this.#leave.push(() => document.removeEventListener("visibilitychange", onVisible));
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
    this.#controls.update();
  }

  disconnectedCallback(): void {
    for (const leave of this.#leave.splice(0)) leave();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  /** The finished answers of the conversation and of the comparison, for a reader who keeps one as evidence. */
  taken(): Taken[] {
    const comparison = this.#session.memory.get(COMPARISON) as Comparison | undefined;
    return [...said(this.#session, (model) => this.#label(model)), ...(comparison ? compared(comparison) : [])];
  }

  #build(): void {
    this.setAttribute("data-ready", "");
    this.querySelector<HTMLElement>(".quantlab-chat-plain")?.setAttribute("hidden", "");
    this.#controls = new Controls(this, this.#session, {
      send: (prompt) => void this.#ask(() => this.#session.send(prompt)),
      explain: (host, problem) => this.#explain(host, problem),
      say: (text) => this.#say(text),
    });
    this.#body.append(this.#controls.top, this.#list, this.#controls.bottom);
    this.querySelector("quantlab-load")?.after(this.#body);
    if (!this.#body.isConnected) this.prepend(this.#body);
    this.append(this.#live);
  }

  #context(): ChatContext {
    const session = this.#session;
    return {
      prompts: session.config.prompts,
      system: session.config.system,
      isInPage: () => session.isInPage,
      lack: () => (session.isInPage ? lack() : undefined),
      toFetch: (models) => session.toFetch(models),
      memory: session.memory,
      marker: session.marker,
      models: () => session.models(),
      settings: () => session.settings,
      endpoint: () => session.endpoint(),
      offered: () => session.list(),
      alone: (run) => session.alone(run),
      announce: (text) => this.#say(text),
      explain: (host, problem, model) => this.#explain(host, problem, model),
    };
  }

  #say(text: string): void {
    // The same words twice are heard twice only where they change in between.
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

  /** Asks, and says to screen readers how it went: on completion, not token by token. */
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

  #showTurns(): void {
    const known = this.#views;
    this.#views = new Map();
    const items = this.#session.turns.map((turn) => {
      const views = turn.answers.map((answer) => {
        const view =
          known.get(answer) ??
          new AnswerView(answer, this.#label(answer.request.model), this.#session.marker, {
            again: () => void this.#ask(() => this.#session.answer(turn)),
            explain: (host, problem, model) => this.#explain(host, problem, model),
          });
        this.#views.set(answer, view);
        return view.element;
      });
      return h("li", {}, this.#prompt(turn), ...views);
    });
    this.#list.replaceChildren(...items);
    this.#controls.update();
    this.#schedule();
  }

  #prompt(turn: Turn): HTMLElement {
    const text = h("p", {}, turn.prompt);
    const edit = button(t("edit"), () => {
      const box = h("textarea", { rows: 3, "aria-label": t("prompt") });
      box.value = turn.prompt;
      const form = h(
        "form",
        {
          class: "quantlab-chat-edit",
          submit: (event) => {
            event.preventDefault();
            if (box.value.trim()) void this.#ask(() => this.#session.edit(turn, box.value.trim()));
          },
        },
        box,
        h("p", {}, t("removes")),
        h("button", { type: "submit" }, t("send")),
        button(t("cancel"), () => {
          form.replaceWith(text);
          edit.hidden = false;
          edit.focus();
        }),
      );
      text.replaceWith(form);
      edit.hidden = true;
      box.focus();
    });
    return h("div", { class: "quantlab-chat-prompt" }, text, edit);
  }

  /** The first text after a pause is shown at once, the others once a frame. */
  #onAnswer(): void {
    if (performance.now() - this.#shownAt > PAUSE && !this.#frame) this.#update();
    else this.#schedule();
  }

  #schedule(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#update();
    });
  }

  #update(): void {
    // One answer a frame: a long conversation that is shown anew must not hold the page.
    for (const view of this.#views.values()) {
      if (!view.update()) continue;
      this.#schedule();
      break;
    }
    this.#shownAt = performance.now();
  }

  #tick(): void {
    for (const [answer, view] of this.#views) if (!answer.reason) view.tick();
  }
}

/** What the controls cannot do themselves. */
interface Doing {
  send(prompt: string): void;
  explain(host: HTMLElement, problem: Problem): void;
  say(text: string): void;
}

/** The form around the conversation. */
class Controls {
  readonly top = h("div", { class: "quantlab-chat-top quantlab-form" });
  readonly bottom = h("div", { class: "quantlab-chat-bottom" });
  readonly #session: Session;
  readonly #doing: Doing;

  readonly #model = h("select");
  readonly #other = h("input", { type: "text", autocomplete: "off", spellcheck: "false" });
  readonly #otherLabel = labelled(t("model_name"), this.#other);
  readonly #note = h("span", { class: "quantlab-chat-note" });
  readonly #warning = h("div", { class: "quantlab-chat-warning" });
  readonly #host = h("span", { class: "quantlab-chat-note" });
  readonly #box = h("textarea", { rows: 3, placeholder: t("write_prompt") });
  readonly #send = h("button", { type: "submit" }, t("send"));
  readonly #stop = button(t("stop"), () => this.#session.stop());
  readonly #files: HTMLButtonElement[];
  readonly #status = h("div", { class: "quantlab-chat-status" });
  readonly #check = button(t("check"), () => void this.#checkConnection());
  readonly #bar = h("progress", { "aria-label": t("arrived") });
  readonly #doingNow = h("span");
  readonly #progress = h("p", { class: "quantlab-chat-progress", hidden: true }, this.#bar, this.#doingNow);
  readonly #page = h("div", { class: "quantlab-chat-page" });

  /** @param host What a file may be dropped on. */
  constructor(host: HTMLElement, session: Session, doing: Doing) {
    this.#session = session;
    this.#doing = doing;
    this.#model.addEventListener("change", () => this.#choose());
    this.#other.addEventListener("input", () => (session.model = this.#other.value.trim()));
    this.top.append(labelled(t("model"), this.#model), this.#otherLabel, this.#note, this.#warning);
    if (session.config.inPage) {
      const own = new OwnFile(host, (name) => session.usePage(name), doing.say);
      const meaning = t("in_page");
      this.#page.append(h("p", { class: "quantlab-chat-note" }, lack() ?? meaning), own.element, this.#progress);
      this.top.append(this.#page);
    }
    this.top.append(this.#connection(), this.#settings());

    this.#box.value = session.draft;
    this.#box.addEventListener("input", () => (session.draft = this.#box.value));
    this.#box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
      event.preventDefault();
      this.#submit();
    });
    this.#files = [
      button(t("save_markdown"), () => save("chat.md", "text/markdown", asMarkdown(session))),
      button(t("save_json"), () => save("chat.json", "application/json", asData(session))),
      button(t("clear"), () => {
        session.clear();
        this.#box.focus();
      }),
    ];
    const prompts = session.config.prompts.map((prompt) =>
      button(prompt, () => {
        this.#box.value = session.draft = prompt;
        this.#box.focus();
      }),
    );
    const form = h(
      "form",
      {
        class: "quantlab-form",
        submit: (event) => {
          event.preventDefault();
          this.#submit();
        },
        // The reader is about to ask: which language the server speaks is found out meanwhile.
        focusin: () => void session.meet().catch(() => {}),
      },
      labelled(t("prompt_label"), this.#box),
      h("div", { class: "quantlab-chat-actions" }, this.#send, this.#stop, ...this.#files),
    );
    this.bottom.append(
      h("div", { class: "quantlab-chat-prompts", role: "group", "aria-label": t("prompts") }, ...prompts),
      form,
    );
  }

  /** Brings the controls in line with the session. */
  update(): void {
    const { isBusy, isAnswering, turns, model } = this.#session;
    const models = this.#session.models();
    const { isInPage } = this.#session;
    const named = models.map(({ model, label }) => [model, label] as const);
    choices(this.#model, isInPage ? named : [...named, ["", t("another")]]);
    const isListed = models.some((choice) => choice.model === model);
    this.#model.value = isListed ? model : "";
    this.#otherLabel.hidden = isListed || isInPage;
    if (!isListed && document.activeElement !== this.#other) this.#other.value = model;
    this.#note.textContent = isolated(models.find((choice) => choice.model === model)?.note ?? "");
    // Models are listed where none can run, so that the reader sees what there would be.
    this.#send.disabled = isBusy || (isInPage && lack() !== undefined);
    const toFetch = model && !this.#send.disabled ? this.#session.toFetch([model]) : 0;
    const taken = t(isInPage ? "comparison_has_model" : "comparison_has_server");
    this.#send.textContent =
      isBusy && !isAnswering ? taken : toFetch && !isBusy ? t("fetch_and_send", { size: volume(toFetch) }) : t("send");
    this.#page.hidden = this.#check.hidden = false;
    if (isInPage) this.#check.hidden = true;
    else this.#page.hidden = true;
    this.#stop.hidden = !isAnswering;
    for (const file of this.#files) file.disabled = !turns.length;
    const { address } = this.#session;
    this.#warn(isInPage ? "" : address);
    this.#host.textContent = isInPage ? t("runs_in_page") : address ? t("talks_to", { address }) : t("server_not_set");
    this.showProgress();
  }

  #warn(address: string): void {
    if (this.#warning.dataset.for === address) return;
    this.#warning.dataset.for = address;
    const said = address && warning(address);
    this.#warning.replaceChildren(...(said ? [said] : []));
  }

  /** What is being fetched for a model in the page. */
  showProgress(): void {
    const { progress } = engine;
    this.#progress.hidden = !progress;
    if (!progress) return;
    const { doing, done, all } = progress;
    this.#bar.max = all;
    this.#bar.value = done;
    this.#doingNow.textContent =
      done < all ? t("progress", { doing, done: volume(done), all: volume(all) }) : t("progress_open", { doing });
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

  #connection(): HTMLElement {
    const { config } = this.#session;
    const address = h("input", {
      type: "url",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: "http://localhost:11434",
    });
    address.value = this.#session.address;
    const key = h("input", { type: "password", autocomplete: "off", spellcheck: "false" });
    const attempt = (control: HTMLInputElement, set: () => void): void => {
      try {
        set();
        control.removeAttribute("aria-invalid");
        this.#status.textContent = "";
      } catch (error) {
        control.setAttribute("aria-invalid", "true");
        this.#status.textContent = isolated((error as Error).message);
        this.#doing.say((error as Error).message);
      }
    };
    const setAddress = (): void =>
      attempt(address, () => {
        const before = this.#session.address;
        this.#session.setAddress(address.value);
        try {
          if (readAddress(before).origin !== readAddress(address.value).origin) key.value = "";
        } catch {
          key.value = "";
        }
      });
    address.addEventListener("change", setAddress);
    key.addEventListener("change", () => attempt(key, () => this.#session.setKey(key.value)));
    const toPage = (): void => {
      address.value = key.value = "";
      this.#status.textContent = "";
      this.#session.usePage();
    };
    const toServer = (): void => {
      address.value = config.endpoint;
      setAddress();
    };
    const preset = config.inPage
      ? button(t("to_page"), toPage)
      : config.endpoint
        ? button(t("to_server"), toServer)
        : undefined;
    return h(
      "details",
      { class: "quantlab-chat-panel", open: !config.endpoint && (!config.inPage || lack() !== undefined) },
      h("summary", {}, `${t("connection")} `, this.#host),
      h(
        "div",
        { class: "quantlab-form" },
        labelled(t("endpoint"), address),
        labelled(t("key"), key),
        this.#check,
        preset,
      ),
      h("p", { class: "quantlab-chat-note" }, t("key_note")),
      this.#status,
    );
  }

  async #checkConnection(): Promise<void> {
    this.#status.replaceChildren(t("asking"));
    try {
      const models = await this.#session.list();
      const endpoint = await this.#session.endpoint();
      const missing = this.#session.config.models.filter(
        ({ model }) => !models.some(({ name }) => name === model || name === `${model}:latest`),
      );
      const said = [
        t("connected", { address: endpoint.url, api: labelOf(endpoint), count: models.length }),
        missing.length ? t("not_listed", { models: missing.map(({ model }) => model).join(", ") }) : "",
        models.length > MOST_MODELS ? t("listed_first", { count: MOST_MODELS }) : "",
      ]
        .filter(Boolean)
        .join(" ");
      this.#status.replaceChildren(said);
      this.#doing.say(said);
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      this.#doing.explain(this.#status, error);
    }
  }

  #settings(): HTMLElement {
    const session = this.#session;
    const set = (changes: Partial<Settings>): void => {
      session.settings = { ...session.settings, ...changes };
    };
    const number = (label: string, name: keyof typeof CHAT_LIMITS): HTMLElement => {
      const input = h("input", { type: "number", ...CHAT_LIMITS[name], autocomplete: "off", required: true });
      input.value = String(session.settings[name]);
      numberField(input);
      input.addEventListener("change", () => {
        const value = numberIn(input);
        if (value === undefined) showValue(input, String(session.settings[name]));
        else set({ [name]: value });
      });
      return labelled(label, input);
    };
    const think = h("input", { type: "checkbox", autocomplete: "off" });
    think.checked = session.settings.think;
    think.addEventListener("change", () => set({ think: think.checked }));
    const history = h("input", { type: "checkbox", autocomplete: "off" });
    history.checked = session.sendsHistory;
    history.addEventListener("change", () => (session.sendsHistory = history.checked));
    return h(
      "details",
      { class: "quantlab-chat-panel" },
      h("summary", {}, t("settings")),
      h(
        "div",
        { class: "quantlab-form" },
        number(t("seed"), "seed"),
        number(t("temperature"), "temperature"),
        number("top_p", "topP"),
        number(t("token_limit"), "maxTokens"),
        labelled(t("thinking"), think),
        labelled(t("history"), history),
      ),
      h("p", { class: "quantlab-chat-note" }, t("settings_note")),
    );
  }
}
