/**
 * `<quantlab-load data-file="chat.js">`: fetches a script of ours where it stands in a page, and there only.
 *
 * An element, so that it also works where instant navigation puts it into the page. A classic script, because module scripts
 * do not run on a page that was opened from a file.
 */
import { BASE } from "./base.ts";

const asked = new Set<string>();

export class QuantlabLoad extends HTMLElement {
  connectedCallback(): void {
    const file = this.dataset.file ?? "";
    if (!/^[a-z]+\.js$/.test(file) || asked.has(file)) return;
    asked.add(file);
    const script = document.createElement("script");
    script.src = BASE + file;
    script.onload = () => script.remove();
    script.onerror = () => {
      script.remove();
      asked.delete(file);
      this.textContent = "This part of the page could not be fetched. Reload the page to try again.";
    };
    document.head.append(script);
  }
}
