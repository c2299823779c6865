/** Which server the chat talks to, with which key, and whether it answers. */
import { button, h, labelled } from "../ui/dom.ts";
import { isolated } from "../ui/isolate.ts";
import { readAddress } from "./address.ts";
import { labelOf } from "./dialects/index.ts";
import { warning } from "./doctor.ts";
import { lack } from "./engine.ts";
import { MOST_MODELS, type Session } from "./session.ts";
import { t } from "./texts.ts";
import { EndpointError, type Problem } from "./wire.ts";

interface Doing {
  explain(host: HTMLElement, problem: Problem): void;
  say(text: string): void;
}

export class Connection {
  readonly element: HTMLElement;
  /** What is wrong with the address before anything was asked. */
  readonly warning = h("div", { class: "quantlab-chat-warning" });
  readonly #session: Session;
  readonly #doing: Doing;
  readonly #host = h("span", { class: "quantlab-chat-note" });
  readonly #status = h("div", { class: "quantlab-chat-status" });
  /** Counts what was asked and typed: only the last of it is told. */
  #turn = 0;
  readonly #check = button(t("check"), () => void this.#checkConnection());
  readonly #address = h("input", {
    type: "url",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "http://localhost:11434",
  });
  readonly #key = h("input", { type: "password", autocomplete: "off", spellcheck: "false" });

  constructor(session: Session, doing: Doing) {
    this.#session = session;
    this.#doing = doing;
    const { config } = session;
    this.#address.value = session.address;
    this.#address.addEventListener("change", () => this.#setAddress());
    this.#key.addEventListener("change", () => this.#attempt(this.#key, () => session.setKey(this.#key.value)));
    // Not a form, because browsers offer to store the password of a form. `keyup`, because `change` comes before it.
    for (const control of [this.#address, this.#key]) control.addEventListener("keyup", (event) => this.#onKey(event));
    const preset = config.inPage
      ? button(t("to_page"), () => this.#toPage())
      : config.endpoint
        ? button(t("to_server"), () => this.#toServer())
        : undefined;
    this.element = h(
      "details",
      { class: "quantlab-chat-panel", open: !config.endpoint && (!config.inPage || lack() !== undefined) },
      h("summary", {}, `${t("connection")} `, this.#host),
      h(
        "div",
        { class: "quantlab-form" },
        labelled(t("endpoint"), this.#address),
        labelled(t("key"), this.#key),
        this.#check,
        preset,
      ),
      h("p", { class: "quantlab-chat-note" }, t("key_note")),
      this.#status,
    );
  }

  /** Brings the words in line with the session. */
  update(): void {
    const { isInPage, address } = this.#session;
    this.#check.hidden = isInPage;
    this.#host.textContent = isInPage ? t("runs_in_page") : address ? t("talks_to", { address }) : t("server_not_set");
    const warned = isInPage ? "" : address;
    if (this.warning.dataset.for === warned) return;
    this.warning.dataset.for = warned;
    const said = warned && warning(warned);
    this.warning.replaceChildren(...(said ? [said] : []));
  }

  #attempt(control: HTMLInputElement, set: () => void): void {
    this.#turn++;
    try {
      set();
      control.removeAttribute("aria-invalid");
      this.#status.textContent = "";
    } catch (error) {
      control.setAttribute("aria-invalid", "true");
      this.#status.textContent = isolated((error as Error).message);
      this.#doing.say((error as Error).message);
    }
  }

  #setAddress(): void {
    this.#attempt(this.#address, () => {
      const before = this.#session.address;
      this.#session.setAddress(this.#address.value);
      try {
        if (readAddress(before).origin !== readAddress(this.#address.value).origin) this.#key.value = "";
      } catch {
        this.#key.value = "";
      }
    });
  }

  #onKey({ key, currentTarget }: KeyboardEvent): void {
    const isRefused = (currentTarget as Element).hasAttribute("aria-invalid");
    if (key === "Enter" && !isRefused && !this.#session.isInPage) void this.#checkConnection();
  }

  #toPage(): void {
    this.#turn++;
    this.#address.value = this.#key.value = "";
    this.#status.textContent = "";
    this.#session.usePage();
  }

  #toServer(): void {
    this.#address.value = this.#session.config.endpoint;
    this.#setAddress();
  }

  async #checkConnection(): Promise<void> {
    const mine = ++this.#turn;
    this.#status.replaceChildren(t("asking"));
    try {
      const endpoint = await this.#session.endpoint();
      const models = await this.#session.list();
      if (mine !== this.#turn) return;
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
      if (mine !== this.#turn) return;
      this.#doing.explain(this.#status, error);
    }
  }
}
