/**
 * A model's SVG made fit to be shown: cleaned, bounded and without what browsers would complain of.
 *
 * It may hold scripts, addresses and bombs, and half of what small models write is broken.
 */
import DOMPurify from "dompurify";
import { MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS } from "./svg_shared.ts";
import { repair } from "./svg_values.ts";

// `use` and animation are half of what models draw with; links and foreign content are not pictures.
const CLEAN = {
  USE_PROFILES: { svg: true, svgFilters: true },
  ADD_TAGS: ["use", "animate", "animateMotion", "animateTransform", "mpath", "set", "symbol"],
  ADD_ATTR: [
    "attributeName",
    "begin",
    "by",
    "calcMode",
    "dur",
    "end",
    "from",
    "href",
    "keyPoints",
    "keySplines",
    "keyTimes",
    "repeatCount",
    "repeatDur",
    "to",
    "type",
    "values",
    "xlink:href",
  ],
  FORBID_TAGS: ["a", "foreignObject", "image", "feImage"],
};

/** Style that names something outside the picture, or may: a backslash can spell any of these another way. */
const OUTSIDE = /\\|@import|image-set|src\(|url\((?!\s*["']?#)/i;

/** There is more in a picture than is drawn. */
export class TooMany extends Error {}

let elements = 0;

/** Counts before anything is done with an element. @throws TooMany */
function limit(node: Node): void {
  if (node instanceof Element && (++elements > MAX_ELEMENTS || node.attributes.length > MAX_ATTRIBUTES))
    throw new TooMany();
}

/**
 * The sanitized SVG, or null if nothing remains.
 *
 * The frame's policy fetches nothing anyway. Two locks, because a page that a model can make ask for an address can be made
 * to tell what is in the conversation.
 *
 * @throws TooMany
 */
export function cleaned(source: string): SVGSVGElement | null {
  // Before it is read, which takes longer than all that follows.
  elements = 0;
  for (const _ of source.matchAll(/<[a-z]/gi)) if (++elements > MAX_ELEMENTS) throw new TooMany();
  elements = 0;
  DOMPurify.removeHooks("beforeSanitizeElements");
  DOMPurify.addHook("beforeSanitizeElements", limit);
  const svg = DOMPurify.sanitize(source, { ...CLEAN, RETURN_DOM_FRAGMENT: true }).querySelector("svg");
  if (!svg) return null;
  for (const element of [svg, ...svg.querySelectorAll("*")]) {
    if (element.localName === "style" && OUTSIDE.test(element.textContent)) element.remove();
    for (const attribute of [...element.attributes]) {
      const isOutside =
        attribute.localName === "href" ? !attribute.value.startsWith("#") : OUTSIDE.test(attribute.value);
      if (isOutside) element.removeAttributeNode(attribute);
    }
    repair(element);
  }
  countCopies(svg);
  return svg;
}

/** Counts the elements that are drawn, with each `<use>` counted as what it copies. @throws TooMany */
function countCopies(root: Element): void {
  const targets = new Map<string, Element>();
  for (const element of root.querySelectorAll("[id]")) if (!targets.has(element.id)) targets.set(element.id, element);
  const known = new Map<Element, number>();
  const count = (element: Element, depth: number): number => {
    const before = known.get(element);
    if (before !== undefined) return before;
    if (depth > MAX_DEPTH) throw new TooMany();
    known.set(element, 0); // a copy of itself is not drawn
    let sum = 1;
    for (const child of element.children) sum += count(child, depth + 1);
    const target =
      element.localName === "use" ? (element.getAttribute("href") ?? element.getAttribute("xlink:href")) : null;
    const copied = target ? targets.get(target.slice(1)) : undefined;
    if (copied) sum += count(copied, depth + 1);
    if (sum > MAX_ELEMENTS) throw new TooMany();
    known.set(element, sum);
    return sum;
  };
  count(root, 0);
}

/**
 * Lets a picture fill the frame that it is shown in, however large it says that it is.
 *
 * @returns Its width by its height; undefined where it names neither.
 */
export function fill(svg: SVGSVGElement): number | undefined {
  const size = (name: string): number => Number.parseFloat(svg.getAttribute(name) ?? "");
  const [width, height] = [size("width"), size("height")];
  if (!svg.hasAttribute("viewBox") && width > 0 && height > 0) svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", "100vw");
  svg.setAttribute("height", "100vh");
  const box = svg
    .getAttribute("viewBox")
    ?.trim()
    .split(/[\s,]+/)
    .map(Number);
  return box && box[2]! > 0 && box[3]! > 0 ? box[2]! / box[3]! : undefined;
}
