/**
 * `<quantlab-objectives>`: the list of a lab's objectives, and which of them the reader calls done.
 *
 * The list is in the page. Here it gets its boxes, one more at the end of each objective, and a memory: the browser's own
 * storage, by page. Nothing is sent.
 */
import { lab_page } from "../generated/texts.ts";
import { button, h } from "../ui/dom.ts";
import { speak } from "../ui/speak.ts";
import { fromJson, pageKey } from "../ui/memory.ts";
import { texts } from "../ui/texts.ts";

const t = texts("lab_page", lab_page);

export class QuantlabObjectives extends HTMLElement {
  #done = new Set<string>();
  #blocked = false;
  #boxes: [string, HTMLInputElement][] = [];
  #listening = new AbortController();
  #key = "";
  #state!: [HTMLElement, HTMLButtonElement];

  connectedCallback(): void {
    const waiting = speak(this.dataset.language, ["lab"]);
    if (waiting) void waiting.then(() => this.isConnected && this.#setUp());
    else this.#setUp();
  }

  #setUp(): void {
    this.#listening.abort();
    this.#listening = new AbortController();
    window.addEventListener("storage", (event) => event.key === this.#key && this.#read(), {
      signal: this.#listening.signal,
    });
    if (this.#boxes.length) return;
    this.#key = pageKey("objectives");
    for (const link of this.querySelectorAll<HTMLAnchorElement>("li > a")) {
      const id = decodeURIComponent(link.hash.slice(1));
      const item = link.parentElement as HTMLLIElement;
      const number = String(item.value);
      const box = this.#box(id);
      box.ariaLabel = t("objective_done_title", { number, title: link.textContent });
      item.prepend(box);
      const label = h("label", { class: "lab-done" }, this.#box(id), ` ${t("objective_done", { number })}`);
      document.getElementById(id)?.parentElement?.append(label);
    }
    const clear = button(t("start_over"), () => this.#write(new Set()));
    this.#state = [h("p", { role: "status" }), clear];
    this.append(...this.#state);
    this.dataset.ready = "";
    this.#read();
  }

  disconnectedCallback(): void {
    this.#listening.abort();
  }

  #box(id: string): HTMLInputElement {
    const box = h("input", { type: "checkbox" });
    box.onchange = () => {
      const done = new Set(this.#done);
      if (box.checked) done.add(id);
      else done.delete(id);
      this.#write(done);
    };
    this.#boxes.push([id, box]);
    return box;
  }

  #read(): void {
    try {
      const kept = fromJson(localStorage.getItem(this.#key));
      this.#done = new Set(Array.isArray(kept) ? kept : []);
    } catch {
      this.#blocked = true;
    }
    this.#draw();
  }

  #write(done: Set<string>): void {
    this.#done = done;
    try {
      localStorage.setItem(this.#key, JSON.stringify([...done]));
      this.#blocked = false;
    } catch {
      this.#blocked = true;
    }
    this.#draw();
  }

  #draw(): void {
    for (const [id, box] of this.#boxes) box.checked = this.#done.has(id);
    const [status, clear] = this.#state;
    const done = this.#boxes.filter(([, box]) => box.checked).length / 2;
    status.textContent = t(this.#blocked ? "not_kept" : "kept", { done, count: this.#boxes.length / 2 });
    clear.disabled = !done;
  }
}
