/**
 * A model's Markdown, rendered as it arrives.
 *
 * Each element is made by name from the list below, and no attribute is the model's but a link's address. HTML in the text
 * stays text; pictures are not fetched.
 */
import * as smd from "streaming-markdown";
import { h } from "../ui/dom.ts";
import { t } from "./texts.ts";

const TAGS: Partial<Record<smd.Token, keyof HTMLElementTagNameMap>> = {
  [smd.BLOCKQUOTE]: "blockquote",
  [smd.PARAGRAPH]: "p",
  [smd.LINE_BREAK]: "br",
  [smd.RULE]: "hr",
  // The page's own headings are above an answer's.
  [smd.HEADING_1]: "h4",
  [smd.HEADING_2]: "h5",
  [smd.HEADING_3]: "h6",
  [smd.HEADING_4]: "h6",
  [smd.HEADING_5]: "h6",
  [smd.HEADING_6]: "h6",
  [smd.ITALIC_AST]: "em",
  [smd.ITALIC_UND]: "em",
  [smd.STRONG_AST]: "strong",
  [smd.STRONG_UND]: "strong",
  [smd.STRIKE]: "s",
  [smd.CODE_INLINE]: "code",
  [smd.LINK]: "a",
  [smd.RAW_URL]: "a",
  [smd.LIST_UNORDERED]: "ul",
  [smd.LIST_ORDERED]: "ol",
  [smd.LIST_ITEM]: "li",
  [smd.TABLE]: "table",
  [smd.EQUATION_BLOCK]: "code",
  [smd.EQUATION_INLINE]: "code",
};

export class Markdown {
  readonly #parser: smd.Parser;
  /** The element that grows, and those around it. */
  readonly #open: HTMLElement[];
  readonly #tail = document.createTextNode("");
  readonly #onDrawing: (block: HTMLDetailsElement) => void;
  /** The last characters of a block of code in which no drawing has begun. */
  #codeEnd: string | undefined;

  /** @param onDrawing Told of each block of code in which a drawing begins, once. */
  constructor(host: HTMLElement, onDrawing: (block: HTMLDetailsElement) => void = () => {}) {
    this.#open = [host];
    this.#onDrawing = onDrawing;
    this.#parser = smd.parser({
      data: undefined,
      add_token: (_, type) => this.#add(type),
      end_token: () => {
        if (this.#open.length > 1) this.#open.pop();
        this.#codeEnd = undefined;
      },
      add_text: (_, text) => {
        this.#here().append(text);
        if (this.#codeEnd !== undefined) this.#seekDrawing(this.#codeEnd + text);
      },
      set_attr: (_, type, value) => this.#set(type, value),
    });
  }

  write(text: string): void {
    this.#tail.remove();
    smd.parser_write(this.#parser, text);
    // The parser keeps the last character back until it knows what follows; a letter is one whatever that is.
    const { pending } = this.#parser;
    if (!/^[\p{L}\p{N}]+$/u.test(pending) || !this.#here().matches("p, h4, h5, h6, li, td, th, em, strong, code"))
      return;
    this.#tail.data = pending;
    this.#here().append(this.#tail);
  }

  /** The text is complete. */
  end(): void {
    this.#tail.remove();
    smd.parser_end(this.#parser);
  }

  #here(): HTMLElement {
    return this.#open.at(-1)!;
  }

  #seekDrawing(text: string): void {
    const isThere = /<svg[\s>]/i.test(text);
    this.#codeEnd = isThere ? undefined : text.slice(-4);
    if (isThere) this.#onDrawing(this.#here().closest("details")!);
  }

  #add(type: smd.Token): void {
    if (type === smd.DOCUMENT) return;
    let parent = this.#here();
    let element: HTMLElement;
    if (type === smd.CODE_BLOCK || type === smd.CODE_FENCE) {
      element = h("code");
      parent.append(
        h("details", { class: "quantlab-chat-code", open: true }, h("summary", {}, t("code")), h("pre", {}, element)),
      );
      this.#open.push(element);
      this.#codeEnd = "";
      return;
    }
    if (type === smd.IMAGE)
      element = h("span", {
        class: "quantlab-chat-image",
        title: t("image_not_fetched"),
      });
    else if (type === smd.CHECKBOX) element = h("span", {}, "☐ ");
    else if (type === smd.TABLE_ROW) {
      parent = (
        parent.children.length === 0
          ? parent.appendChild(h("thead"))
          : (parent.children[1] ?? parent.appendChild(h("tbody")))
      ) as HTMLElement;
      element = h("tr");
    } else if (type === smd.TABLE_CELL) element = h(parent.parentElement?.localName === "thead" ? "th" : "td");
    else element = h(TAGS[type] ?? "span");
    this.#open.push(parent.appendChild(element));
  }

  #set(type: smd.Attr, value: string): void {
    const element = this.#here();
    if (type === smd.HREF && element.localName === "a") {
      const url = safeLink(value);
      if (!url) return;
      const link = element as HTMLAnchorElement;
      link.href = url;
      link.rel = "noopener noreferrer nofollow";
      link.target = "_blank";
      link.title = url;
    } else if (type === smd.CHECKED) element.textContent = "☑ ";
    else if (type === smd.START) element.setAttribute("start", String(Number.parseInt(value, 10) || 1));
    else if (type === smd.LANG) element.closest("details")!.firstElementChild!.textContent = value.slice(0, 40);
  }
}

/** The address of a link that may be followed, or null. */
export function safeLink(text: string): string | null {
  try {
    const url = new URL(text);
    return ["http:", "https:", "mailto:"].includes(url.protocol) && !url.username && !url.password ? url.href : null;
  } catch {
    // Without a scheme it would lead into this site.
    return null;
  }
}
