/**
 * Pointing at parts of a figure, by mouse, finger or keyboard.
 *
 * An element with `data-item="w3"` lights up with every other element of that item, and the arithmetic in its
 * `data-detail`, or in the element with `data-detail-of="w3"`, is written out below the figure.
 */

const HINT = "Point at a value, or go to it with Tab and the arrow keys, to see its arithmetic.";

export class Explorer {
  readonly #figure: HTMLElement;
  readonly #detail: HTMLElement;
  #item = "";

  constructor(host: HTMLElement, figure: HTMLElement) {
    this.#figure = figure;
    this.#detail = document.createElement("p");
    this.#detail.className = "quantlab-detail";
    this.#detail.setAttribute("role", "status");
    host.append(this.#detail);
    figure.addEventListener("pointerover", (event) => this.#point(event.target));
    figure.addEventListener("pointerleave", () => this.#point(document.activeElement));
    figure.addEventListener("focusin", (event) => this.#point(event.target));
    figure.addEventListener("focusout", () => this.#point(null));
    figure.addEventListener("keydown", (event) => this.#move(event));
    this.refresh();
  }

  /** Draws the figure anew; the element that had the focus keeps it, as far as there still is one like it. */
  redraw(html: string): void {
    const focused = document.activeElement?.closest<HTMLElement>("[data-item]");
    const isOurs = focused && this.#figure.contains(focused);
    const group = isOurs ? this.#groups().indexOf(focused.parentElement!) : -1;
    // Trusted: our own Python made it, at build time or in the worker, and it escapes what was typed.
    this.#figure.innerHTML = html;
    this.refresh();
    const items = [...(this.#groups()[group]?.children ?? [])] as HTMLElement[];
    const same = items.find((item) => item.dataset.item === focused?.dataset.item) ?? items.find((item) => item.tabIndex === 0);
    if (same) this.#focus(same);
  }

  /** Gives each group of items its tab stop. */
  refresh(): void {
    const seen = new Set<Element>();
    for (const item of this.#items()) {
      item.tabIndex = seen.has(item.parentElement!) ? -1 : 0;
      seen.add(item.parentElement!);
    }
    this.#light(this.#item);
  }

  #items(): NodeListOf<HTMLElement> {
    return this.#figure.querySelectorAll<HTMLElement>("[data-item]");
  }

  /** The parents of items. One tab stop a group; the arrow keys go on from there. */
  #groups(): Element[] {
    return [...new Set([...this.#items()].map((item) => item.parentElement!))];
  }

  #focus(item: HTMLElement): void {
    for (const other of item.parentElement!.children) if ("item" in (other as HTMLElement).dataset) (other as HTMLElement).tabIndex = -1;
    item.tabIndex = 0;
    item.focus();
  }

  #point(target: EventTarget | null): void {
    const item = target instanceof Element && this.#figure.contains(target) ? target.closest<HTMLElement>("[data-item]") : null;
    this.#light(item?.dataset.item ?? "");
  }

  #light(item: string): void {
    this.#item = item;
    let detail = "";
    for (const element of this.#figure.querySelectorAll<HTMLElement>("[data-item], [data-detail-of]")) {
      const isLit = item !== "" && (element.dataset.item === item || element.dataset.detailOf === item);
      element.classList.toggle("is-lit", isLit);
      if (isLit) detail ||= element.dataset.detail ?? (element.dataset.detailOf ? element.textContent! : "");
    }
    this.#detail.textContent = detail || HINT;
    this.#detail.classList.toggle("is-hint", !detail);
  }

  #move(event: KeyboardEvent): void {
    const from = (event.target as Element).closest<HTMLElement>("[data-item]");
    if (!from || event.altKey || event.ctrlKey || event.metaKey) return;
    const items = [...from.parentElement!.children].filter((e): e is HTMLElement => "item" in (e as HTMLElement).dataset);
    const here = items.indexOf(from);
    const top = (element: Element): number => Math.round(element.getBoundingClientRect().top);
    const across = items.filter((element) => top(element) === top(items[0]!)).length;
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -(across === items.length ? 1 : across),
      ArrowDown: across === items.length ? 1 : across,
      Home: -here,
      End: items.length - 1 - here,
    };
    const step = steps[event.key];
    const to = step === undefined ? undefined : items[here + step];
    if (step === undefined) return;
    event.preventDefault();
    if (to) this.#focus(to);
  }
}
