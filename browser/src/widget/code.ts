/**
 * "Show the Python": the code that makes a figure, and the reader's own in its place.
 *
 * The text came with the page. Nothing is run but on a click, even where a link brought the code: it may come from anyone.
 */
import type { CodeTexts } from "../generated/attributes.ts";
import { page } from "../generated/texts.ts";
import { BASE } from "../ui/base.ts";
import type { CodeError } from "../python/errors.ts";
import { around, button, h } from "../ui/dom.ts";
import { texts } from "../ui/texts.ts";
import type { Editor } from "./editor.ts";

const t = texts("page", page);

/** Code as a link carries it: base64 of UTF-8, with the characters that an address takes as they are. */
export function encode(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text));
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @returns The code, or undefined where the text is none. */
export function decode(text: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export class Code {
  /** The reader's code that was run last, for each value of the option. */
  #edited = new Map<string, string>();
  #value: string;
  #editor: Editor | undefined;
  #opening: Promise<Editor> | undefined;
  readonly #pre: HTMLElement;
  readonly #place = h("div", { class: "quantlab-editor", hidden: true });
  readonly #edit: HTMLButtonElement;
  readonly #run: HTMLButtonElement;
  readonly #back: HTMLButtonElement;
  readonly #said = h("p", { role: "status" });

  /**
   * @param details The element that holds the text.
   * @param texts What the element came with.
   * @param value What the option stands at.
   * @param onChange The figure is to be drawn anew, with `running`.
   * @param prepare The reader is about to run code of their own.
   */
  constructor(
    readonly details: HTMLDetailsElement,
    readonly texts: CodeTexts,
    value: string,
    readonly onChange: () => void,
    readonly prepare: () => void,
  ) {
    this.#value = value;
    this.#pre = details.querySelector("pre")!;
    this.#edit = button(t("edit"), () => {
      this.prepare();
      void this.#open().then((editor) => editor.focus());
    });
    this.#run = button(t("run"), () => this.#onRun());
    for (const sign of ["pointermove", "focus"]) this.#run.addEventListener(sign, () => this.prepare(), { once: true });
    this.#back = button(t("original"), () => this.#onBack());
    this.#run.hidden = this.#back.hidden = true;
    details.append(this.#place, h("div", { class: "quantlab-actions" }, this.#edit, this.#run, this.#back), this.#said);
  }

  /** The code that the figure is drawn with; empty where it is the engine's own. */
  get running(): string {
    return this.#edited.get(this.#value) ?? "";
  }

  /** The code that stands there: the reader's, or what it begins with. */
  get shown(): string {
    return this.running || this.#text();
  }

  /** The option stands at another value: shows that one's code. */
  choose(value: string): void {
    if (value === this.#value) return;
    this.#value = value;
    const text = this.#edited.get(value) ?? this.#text();
    this.#pre.querySelector("code")!.textContent = text;
    this.#editor?.setText(text);
    this.#say("");
  }

  /** Shows code that the reader had run, or that a link brought, without running it. */
  async bring(text: string, isForeign: boolean): Promise<void> {
    this.details.open = true;
    const editor = await this.#open();
    editor.setText(text);
    if (isForeign) this.#say(t("code_from_link"));
  }

  /** Forgets the reader's code. */
  reset(): void {
    this.#edited.clear();
    this.#editor?.setText(this.#text());
    this.#say("");
  }

  /** @param isUsed Whether the figure shows what the code gave. */
  succeed(isUsed: boolean): void {
    this.#editor?.mark(null);
    this.#say(isUsed ? t("drawn_with_code") : this.running ? t("code_not_used") : "");
  }

  fail({ message, codeLine: line, lang }: CodeError): void {
    this.#editor?.mark(line);
    const said = h("span", { lang }, message.replaceAll("`", ""));
    this.#said.replaceChildren(
      ...(line === null ? [said] : around((text) => t("line", { line, message: text }), said)),
    );
  }

  #text(): string {
    return this.texts.texts[this.#value] ?? "";
  }

  #say(text: string): void {
    this.#said.textContent = text;
  }

  #open(): Promise<Editor> {
    return (this.#opening ??= this.#load());
  }

  async #load(): Promise<Editor> {
    this.#say(t("fetching_editor"));
    try {
      const { edit } = (await import(`${BASE}editor.js`)) as typeof import("./editor.ts");
      this.#place.hidden = this.#run.hidden = this.#back.hidden = false;
      this.#pre.hidden = this.#edit.hidden = true;
      const text = this.#edited.get(this.#value) ?? this.#text();
      this.#editor = edit(this.#place, text, t("editor"), { onRun: () => this.#onRun(), onEdit: this.prepare });
      this.#say("");
      return this.#editor;
    } catch (error) {
      this.#opening = undefined;
      this.#say(t("editor_missing"));
      throw error;
    }
  }

  #onRun(): void {
    const text = this.#editor!.text();
    if (text === this.#text()) this.#edited.delete(this.#value);
    else this.#edited.set(this.#value, text);
    this.#editor!.mark(null);
    this.#say("");
    this.onChange();
  }

  #onBack(): void {
    this.#edited.delete(this.#value);
    this.#editor!.setText(this.#text());
    this.#say("");
    this.onChange();
  }
}
