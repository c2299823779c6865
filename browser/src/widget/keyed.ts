/**
 * A figure drawn anew in which elements with `data-key` stay the elements they are: they move, and keep focus and pointer.
 *
 * Parts without such elements are replaced as they are, which is faster than comparing them.
 */

import { trustedHtml } from "../ui/trusted.ts";
import { MARKS } from "./selectors.ts";

const KEYED = "[data-key]";

/** Replaces what is in an element. */
export function redraw(element: Element, html: string): void {
  // Trusted: our own Python made it, at build time or in the worker, and it escapes what was typed.
  if (!element.querySelector(KEYED)) {
    element.innerHTML = trustedHtml(html);
    return;
  }
  const template = document.createElement("template");
  template.innerHTML = trustedHtml(html);
  content(element, template.content);
}

function content(old: Element, next: ParentNode & Node): void {
  const before = [...old.childNodes];
  const kept = new Set<Node>();
  const after = [...next.childNodes].map((node) => {
    const same =
      isMarked(node) &&
      before.find(
        (other) =>
          !kept.has(other) && isMarked(other) && keyOf(other) === keyOf(node) && other.nodeName === node.nodeName,
      );
    if (!same) return node;
    kept.add(same);
    update(same as Element, node as Element);
    return same;
  });
  // Whatever is taken out of the document loses focus and transitions, so what stays is not moved where that can be.
  for (const node of before) if (!kept.has(node)) node.remove();
  let place = old.firstChild;
  for (const node of after) {
    if (node === place) place = place.nextSibling;
    else old.insertBefore(node, place);
  }
}

function update(old: Element, next: Element): void {
  // What makes a mark one would come back at once, but the focus would be gone.
  const isAdded = (name: string): boolean => next.matches(MARKS) && /^(role|tabindex|aria-.*)$/.test(name);
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name) && !isAdded(name)) old.removeAttribute(name);
  for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  content(old, next);
}

/** An element with a key, or with such elements in it. */
function isMarked(node: Node): node is Element {
  return node instanceof Element && (node.matches(KEYED) || node.querySelector(KEYED) !== null);
}

function keyOf(element: Element): string | null {
  return element.getAttribute("data-key");
}
