/**
 * `<quantlab-load data-file="chat.js">`: fetches a script of ours where it stands in a page, and there only.
 *
 * An element, so that it also works where instant navigation puts it into the page.
 */
import { page } from "../generated/texts.ts";
import { fetched } from "./fetched.ts";
import { speak } from "./speak.ts";
import { texts } from "./texts.ts";

const t = texts("page", page);

export class QuantlabLoad extends HTMLElement {
  connectedCallback(): void {
    void this.#load(this.dataset.file ?? "");
  }

  async #load(file: string): Promise<void> {
    if (!/^[a-z]+\.js$/.test(file)) return;
    await speak(this.dataset.language, ["page", "shared", file.slice(0, -3)]);
    await fetched(file).catch(() => {
      this.textContent = t("part_missing");
    });
  }
}
