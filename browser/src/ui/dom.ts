/** Elements, built one by one: texts of models and servers enter a page as text nodes, never as HTML. */
import { isolated } from "./isolate.ts";

type Value = string | number | boolean | undefined | ((event: Event) => void);
/** A choice of a `select`: its value, and what the reader sees. */
type Choice = readonly [value: string, label: string];
export type Child = Node | string | undefined;

/** Attributes that people read or hear. */
const READ = new Set(["aria-label", "title", "alt", "placeholder"]);

/**
 * An element. A function listens to the event of its name, `true` is an attribute without a value, and what is false or
 * undefined is left out.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== undefined && value !== false) {
      const text = value === true ? "" : String(value);
      element.setAttribute(key, READ.has(key) ? isolated(text) : text);
    }
  }
  for (const child of children)
    if (child !== undefined) element.append(typeof child === "string" ? isolated(child) : child);
  return element;
}

export function button(label: string, onClick: () => void, attributes: Record<string, Value> = {}): HTMLButtonElement {
  return h("button", { type: "button", click: onClick, ...attributes }, label);
}

/** A control under its label. */
export function labelled(label: string, control: HTMLElement, className = "quantlab-control"): HTMLLabelElement {
  return h("label", { class: className }, h("span", {}, label), control);
}

/** Whether a key belongs to an input method, as the Enter that ends a composition does. Safari has ended it by then, and tells by the code. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** A text with an element in the place of one of its placeholders. */
export function around(text: (place: string) => string, element: Node): (Node | string)[] {
  const [before, after] = text("\0").split("\0");
  return [before!, element, after!];
}

/** Gives a `select` the choices; its options are made anew only where the choices are others. */
export function choices(select: HTMLSelectElement, list: readonly Choice[]): void {
  const { options } = select;
  const isSame =
    options.length === list.length &&
    list.every(([value, label], i) => options[i]!.value === value && options[i]!.textContent === isolated(label));
  if (!isSame) select.replaceChildren(...list.map(([value, label]) => h("option", { value }, label)));
}

/** Our own texts, in which backticks quote: the quoted parts are code. */
export function prose(text: string): Child[] {
  return text
    .split("`")
    .map((part, i) => (i % 2 ? h("code", {}, part) : part))
    .filter((part) => part !== "");
}
