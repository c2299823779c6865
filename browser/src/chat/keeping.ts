/** The panel of conversations that the reader keeps: keep this one, go on with another, delete. */
import { button, h, labelled } from "../ui/dom.ts";
import { isolated } from "../ui/isolate.ts";
import { language } from "../ui/texts.ts";
import { volume } from "../ui/volume.ts";
import { KeepError, listKept, MOST_CHARACTERS, MOST_KEPT, readKept, type Kept } from "./kept.ts";
import type { Session } from "./session.ts";
import { t } from "./texts.ts";

const WHY: Record<KeepError["why"], () => string> = {
  full: () => t("keep_full", { count: MOST_KEPT }),
  large: () => t("keep_large", { size: volume(MOST_CHARACTERS) }),
  changed: () => t("keep_changed"),
  refused: () => t("keep_refused"),
};

export class Keeping {
  readonly element: HTMLElement;
  readonly #session: Session;
  readonly #say: (text: string) => void;
  readonly #name = h("input", { type: "text", autocomplete: "off", maxlength: 80 });
  readonly #keep = button(t("keep"), () => void this.#attempt(() => this.#keepNew()));
  readonly #status = h("p", { class: "quantlab-chat-note" });
  readonly #list = h("ul", { class: "quantlab-chat-kept" });
  /** What the list says to be the conversation that is shown. */
  #listedAs: string | undefined;

  constructor(session: Session, say: (text: string) => void) {
    this.#session = session;
    this.#say = say;
    this.element = h(
      "details",
      { class: "quantlab-chat-panel", toggle: () => this.element.hasAttribute("open") && void this.#attempt() },
      h("summary", {}, t("kept")),
      h("div", { class: "quantlab-form" }, labelled(t("kept_name"), this.#name), this.#keep),
      this.#status,
      this.#list,
      h("p", { class: "quantlab-chat-note" }, t("kept_note", { count: MOST_KEPT })),
    );
  }

  /** Brings the controls in line with the session. */
  update(): void {
    const { turns } = this.#session;
    // Another conversation is shown than the list says.
    if (this.#listedAs !== this.#now?.id && this.element.hasAttribute("open")) void this.#attempt();
    this.#keep.disabled = !turns.length || this.#now !== undefined;
    this.#name.placeholder = turns[0]?.prompt.slice(0, 60) ?? "";
  }

  /** What is kept was brought up to an answer that ended. */
  onKept(): void {
    void this.#attempt();
  }

  /** What is kept was not brought up to an answer that ended. */
  onRefused(): void {
    const { why } = this.#session.keeper;
    if (why) this.#tell(WHY[why]());
    this.update();
  }

  /** What this tab knows to be kept of the conversation that is shown. */
  get #now(): Kept | undefined {
    return this.#session.keeper.of(this.#session.conversation);
  }

  async #keepNew(): Promise<void> {
    const name = this.#name.value.trim() || this.#name.placeholder;
    await this.#session.keeper.add(this.#session.conversation, name);
    this.#name.value = "";
    this.#tell(t("kept_now", { name }));
  }

  /** Does something, then shows what is kept; tells why where the browser does not. */
  async #attempt(act: () => Promise<void> = async () => {}): Promise<void> {
    try {
      await act();
      if (this.element.hasAttribute("open")) await this.#show();
    } catch (error) {
      if (!(error instanceof KeepError)) throw error;
      this.#tell(WHY[error.why]());
    }
    this.update();
  }

  #tell(text: string): void {
    this.#status.textContent = text;
    this.#say(text);
  }

  async #show(): Promise<void> {
    this.#listedAs = this.#now?.id;
    const kept = await listKept();
    this.#list.replaceChildren(...kept.map((each) => this.#item(each)));
  }

  #item(kept: Kept): HTMLElement {
    const { id, name, at, prompts, characters } = kept;
    const isNow = this.#now?.id === id;
    const date = new Date(at).toLocaleString(language(), { dateStyle: "medium", timeStyle: "short" });
    const about = [date, t("kept_prompts", { count: prompts }), volume(characters), isNow ? t("kept_shown") : ""];
    const act = (label: string, run: () => Promise<void>): HTMLButtonElement =>
      button(label, () => void this.#attempt(run), { "aria-label": `${label}: ${name}` });
    return h(
      "li",
      {},
      h("bdi", {}, name),
      h("span", { class: "quantlab-chat-note" }, about.filter(Boolean).join(", ")),
      isNow ? undefined : act(t("kept_open"), () => this.#open(kept)),
      act(t("kept_delete"), async () => {
        await this.#session.keeper.delete(id);
        this.#tell(t("kept_deleted", { name: isolated(name) }));
      }),
    );
  }

  async #open(kept: Kept): Promise<void> {
    // A conversation that is shown but not kept would be lost.
    if (this.#session.turns.length && !this.#now && !confirm(t("kept_instead"))) return;
    const conversation = await readKept(kept.id);
    if (!conversation) return this.#tell(t("kept_gone", { name: isolated(kept.name) }));
    this.#session.begin(conversation);
    this.#session.keeper.remember(conversation, kept);
    this.#tell(t("kept_opened", { name: isolated(kept.name) }));
  }
}
