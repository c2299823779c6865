/** The line below a widget's form that reports how its figure is being made, and the button that stops it. */
import { page } from "../generated/texts.ts";
import { texts } from "../ui/texts.ts";

const t = texts("page", page);

/** Milliseconds before a wait is announced, with a way to stop it. */
const QUIET_MS = 300;

export class Status {
  readonly #host: HTMLElement;
  readonly #line: HTMLElement;
  readonly #stop: HTMLButtonElement;
  #timer = 0;

  /** @param onStop The reader stops what is under way. */
  constructor(host: HTMLElement, form: HTMLFormElement, onStop: () => void) {
    this.#host = host;
    this.#line = form.querySelector(".quantlab-status")!;
    this.#stop = form.querySelector(".quantlab-stop")!;
    this.#stop.addEventListener("click", onStop);
  }

  get isBusy(): boolean {
    return this.#host.hasAttribute("data-busy");
  }

  say(...text: (Node | string)[]): void {
    this.#line.removeAttribute("lang");
    this.#line.replaceChildren(...text);
  }

  /** A figure is being made. */
  wait(): void {
    if (this.isBusy) return;
    this.#host.setAttribute("data-busy", "");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#stop.hidden = false;
      if (!this.#line.textContent) this.say(t("computing"));
    }, QUIET_MS);
  }

  /** The figure was made, or could not be, for which the text gives the reason. @param lang The text's language, if it is not the page's. */
  rest(text: (Node | string)[], lang = ""): void {
    this.#host.removeAttribute("data-busy");
    clearTimeout(this.#timer);
    this.#stop.hidden = true;
    this.say(...text);
    if (lang) this.#line.lang = lang;
  }

  /** The page is left. */
  leave(): void {
    clearTimeout(this.#timer);
  }
}
