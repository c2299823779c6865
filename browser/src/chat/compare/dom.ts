/** Elements from code: text is text, whatever a model wrote into it. */

type Child = Node | string | number | null | undefined | false;

/**
 * An element.
 *
 * @param props Attributes by their names; `on…` functions are listeners, false and undefined leave an attribute out.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Record<string, string | number | boolean | undefined | ((event: Event) => unknown)> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false).map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

/** A box that scrolls sideways where its content is too wide for the page, by keyboard too. */
export function wide(label: string, content: Node): HTMLElement {
  return h("div", { class: "quantlab-compare-wide", tabindex: 0, role: "region", "aria-label": label }, content);
}
