/** The figure of a widget: shows new drawings of it, keeps what the reader opened and scrolled, and has its result read aloud. */
import { h } from "../ui/dom.ts";
import { Explorer } from "./explore.ts";
import { Marks } from "./marks.ts";

/** Milliseconds for which a figure rests before its result is read aloud. */
const REST_MS = 500;

export class FigureView {
  readonly #figure: HTMLElement;
  readonly #live = h("p", { class: "quantlab-live", role: "status" });
  readonly #explorer: Explorer;
  readonly #marks: Marks;
  #timer = 0;

  /** @param onIntent The reader is about to move a mark, which sets this control. */
  constructor(
    host: HTMLElement,
    form: HTMLFormElement,
    figure: HTMLElement,
    onIntent: (control: EventTarget | null) => void,
  ) {
    this.#figure = figure;
    host.append(this.#live);
    this.#explorer = new Explorer(host, figure);
    this.#marks = new Marks(host, form, figure, onIntent);
  }

  show(html: string): void {
    const figure = this.#figure;
    const open = [...figure.querySelectorAll("details")].map((details) => details.open);
    const scrolled = [...figure.querySelectorAll(".quantlab-scroll")].map((box) => box.scrollLeft);
    this.#explorer.redraw(html);
    this.#marks.refresh();
    figure.querySelectorAll("details").forEach((details, i) => (details.open = open[i] ?? false));
    figure.querySelectorAll(".quantlab-scroll").forEach((box, i) => {
      if (scrolled[i]) box.scrollLeft = scrolled[i]; // for which the browser lays out the page at once
    });
    clearTimeout(this.#timer);
    // A dragged control changes the sentence many times; only where it comes to rest is worth hearing.
    this.#timer = setTimeout(() => {
      if (figure.lang) this.#live.lang = figure.lang;
      this.#live.textContent = figure.querySelector(".quantlab-result")?.textContent ?? "";
    }, REST_MS);
  }

  /** Values of controls changed, which marks follow. */
  refreshMarks(): void {
    this.#marks.refresh();
  }

  /** The page is left. */
  leave(): void {
    this.#marks.stop();
    clearTimeout(this.#timer);
  }
}
