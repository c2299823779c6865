/** Shows a growing text without formatting, in paragraphs of limited length: in a single one, the layout of each new word would cost more than the last. */
import { h } from "../../ui/dom.ts";

/** Characters of a part. */
const PART = 4000;

export class Plain {
  readonly #host: HTMLElement;
  #last: Text | undefined;
  #shown = 0;

  constructor(host: HTMLElement) {
    this.#host = host;
  }

  /** Brings the page up to a text that begins with the one that was shown before. */
  show(text: string): void {
    while (this.#shown < text.length) {
      if (!this.#last || this.#last.length >= PART) {
        this.#last = document.createTextNode("");
        this.#host.append(h("p", { class: "quantlab-chat-source" }, this.#last));
      }
      const part = text.slice(this.#shown, this.#shown + PART - this.#last.length);
      this.#last.appendData(part);
      this.#shown += part.length;
    }
  }
}
