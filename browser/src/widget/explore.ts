/**
 * Pointing at parts of a figure, by mouse, finger or keyboard.
 *
 * An element with `data-item="w3"` lights up with every other element of that item, and with the items that it names in
 * `data-lights="r7 r9-12"`. The arithmetic in its `data-detail`, or in the element with `data-detail-of="w3"`, is written out
 * below the figure.
 */

import { redraw } from "./keyed.ts";

export class Explorer {
  readonly #figure: HTMLElement;
  readonly #detail: HTMLElement;
  /** What stands there while nothing is pointed at. */
  readonly #hint: { text: string; lang: string };
  #item = "";

  constructor(host: HTMLElement, figure: HTMLElement) {
    this.#figure = figure;
    const detail = (this.#detail = host.querySelector<HTMLElement>(".quantlab-detail")!);
    this.#hint = { text: detail.textContent, lang: detail.lang };
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
    const group = isOurs ? this.#groups().indexOf(groupOf(focused)) : -1;
    redraw(this.#figure, html);
    this.refresh();
    const items = itemsOf(this.#groups()[group]);
    const same =
      items.find((item) => item.dataset.item === focused?.dataset.item) ?? items.find((item) => item.tabIndex === 0);
    if (same) this.#focus(same);
  }

  /** Gives each group of items its tab stop. */
  refresh(): void {
    const seen = new Set<Element>();
    for (const item of this.#items()) {
      const group = groupOf(item);
      item.tabIndex = seen.has(group) ? -1 : 0;
      seen.add(group);
    }
    this.#detail.hidden = !this.#figure.querySelector("[data-detail], [data-detail-of]");
    this.#light(this.#item);
  }

  #items(): NodeListOf<HTMLElement> {
    return this.#figure.querySelectorAll<HTMLElement>("[data-item]");
  }

  /** Elements that hold items. One tab stop a group; the arrow keys go on from there. */
  #groups(): Element[] {
    return [...new Set([...this.#items()].map(groupOf))];
  }

  #focus(item: HTMLElement): void {
    for (const other of itemsOf(groupOf(item))) other.tabIndex = -1;
    item.tabIndex = 0;
    item.focus();
  }

  #point(target: EventTarget | null): void {
    const item =
      target instanceof Element && this.#figure.contains(target) ? target.closest<HTMLElement>("[data-item]") : null;
    this.#light(item?.dataset.item ?? "", item);
  }

  /** @param at Where several elements are the same item, the one whose detail is wanted. */
  #light(item: string, at?: HTMLElement | null): void {
    this.#item = item;
    const own = item ? [...this.#figure.querySelectorAll<HTMLElement>(`[data-item="${CSS.escape(item)}"]`)] : [];
    const names = new Set(own.flatMap((element) => expand(element.dataset.lights ?? "")));
    if (item) names.add(item);
    for (const element of this.#figure.querySelectorAll<HTMLElement>("[data-item], [data-detail-of]")) {
      element.classList.toggle("is-lit", names.has(element.dataset.item ?? element.dataset.detailOf!));
    }
    const written = item ? this.#figure.querySelector(`[data-detail-of="${CSS.escape(item)}"]`)?.textContent : "";
    const detail = at?.dataset.detail ?? own.find((element) => element.dataset.detail)?.dataset.detail ?? written;
    this.#detail.textContent = detail || this.#hint.text;
    this.#detail.lang = detail ? this.#figure.lang : this.#hint.lang;
    if (!this.#detail.lang) this.#detail.removeAttribute("lang");
    this.#detail.classList.toggle("is-hint", !detail);
  }

  #move(event: KeyboardEvent): void {
    const from = (event.target as Element).closest<HTMLElement>("[data-item]");
    if (!from || event.altKey || event.ctrlKey || event.metaKey) return;
    const items = itemsOf(groupOf(from));
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
    if (step === undefined) return;
    const isVertical = event.key === "ArrowUp" || event.key === "ArrowDown";
    const to =
      isVertical && groupOf(from).hasAttribute("data-ragged") ? nextRow(items, from, step) : items[here + step];
    event.preventDefault();
    if (to) this.#focus(to);
  }
}

/** Where rows are not equally long: of the next one, above for a negative step, the item that is nearest below or above. */
function nextRow(items: HTMLElement[], from: Element, step: number): HTMLElement | undefined {
  const at = from.getBoundingClientRect();
  let best: HTMLElement | undefined;
  let least = Infinity;
  for (const item of items) {
    const { top, left } = item.getBoundingClientRect();
    const down = Math.sign(step) * (top - at.top);
    // A row away weighs more than any place in it.
    const distance = down * 1e4 + Math.abs(left - at.left);
    if (down > 1 && distance < least) [best, least] = [item, distance];
  }
  return best;
}

function groupOf(item: Element): Element {
  return item.closest("[data-group]") ?? item.parentElement!;
}

function itemsOf(group: Element | undefined): HTMLElement[] {
  return [...(group?.querySelectorAll<HTMLElement>("[data-item]") ?? [])];
}

/** Names of items, written in short: `w3 w8-10` is w3, w8, w9 and w10. */
function expand(names: string): string[] {
  return names.split(" ").flatMap((name) => {
    const range = /^([a-z]+)(\d+)-(\d+)$/.exec(name);
    if (!range) return name;
    const [, letter, first, last] = range;
    return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => `${letter}${Number(first) + i}`);
  });
}
