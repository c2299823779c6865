/**
 * SVG in an answer, shown as a picture.
 *
 * A model's SVG may hold scripts, addresses and bombs. It is cleaned, and what is left is shown in a frame that may run
 * nothing (`sandbox`) and fetch nothing (`default-src 'none'`), which browsers keep in a process of its own.
 */
import DOMPurify from "dompurify";
import { h } from "../ui/dom.ts";
import type { Found } from "./drawing_finder.ts";
import { trustedHtml } from "../ui/trusted.ts";
import { t } from "./texts.ts";

/**
 * Larger pictures are not drawn: bytes of source, elements that are drawn, copies by `<use>` included, attributes of one element, and copies
 * of what has copies, one inside the other. Each of them costs time that the page stands still, and the last three more than their number.
 */
const MAX_BYTES = 256 * 1024;
const MAX_ELEMENTS = 2000;
const MAX_ATTRIBUTES = 200;
const MAX_DEPTH = 1000;

/** A picture that grows is drawn anew this often, in milliseconds, and where drawing takes long, in this many times what it takes. */
const PACE = 500;
const REST = 20;

/**
 * What goes before the picture. Without the second line, names of hosts would still be looked up. The attributes, and those of the
 * picture, say the same as the style sheet, which the site's own policy may forbid.
 */
const HEAD = `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta http-equiv="x-dns-prefetch-control" content="off">
<style>html,body{margin:0;height:100%;overflow:hidden;background:#fff}svg{display:block;width:100%;height:100%}</style>
<body marginwidth="0" marginheight="0" bgcolor="#fff">`;

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

/** What can be said of a picture without drawing it. */
export interface Inspection {
  /** It is XML as it stands; browsers also draw some that is not. */
  readonly isWellFormed: boolean;
  /** Elements in its source, the root too; 0 where it is not well formed. */
  readonly elements: number;
  readonly hasViewBox: boolean;
}

export function inspectDrawing({ source }: Found): Inspection {
  if (source.length > MAX_BYTES) return { isWellFormed: false, elements: 0, hasViewBox: false };
  // Parsing fetches and runs nothing.
  const parsed = new DOMParser().parseFromString(trustedHtml(source), "image/svg+xml");
  const isWellFormed = !parsed.querySelector("parsererror");
  return {
    isWellFormed,
    elements: isWellFormed ? parsed.querySelectorAll("*").length : 0,
    hasViewBox: parsed.documentElement.hasAttribute("viewBox"),
  };
}

/** Style that names something outside the picture, or may: a backslash can spell any of these another way. */
const OUTSIDE = /\\|@import|image-set|src\(|url\((?!\s*["']?#)/i;

/** There is more in a picture than is drawn. */
class TooMany extends Error {}

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
function cleaned(source: string): SVGSVGElement | null {
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

/** A picture in the page, which may grow. */
export class Drawing {
  readonly element: HTMLElement;
  readonly #stage = h("div", { class: "quantlab-chat-stage" });
  readonly #state = h("figcaption");
  readonly #name: string;
  #frame: HTMLIFrameElement | undefined;
  #source = "";
  #wanted: Found | undefined;
  #timer = 0;
  #nextAt = -Infinity;
  #isShown = false;

  /** @param name What the picture is called for those who do not see it. */
  constructor(name: string) {
    this.#name = name;
    this.element = h("figure", { class: "quantlab-chat-drawing" }, this.#stage, this.#state);
  }

  /** Shows a picture; soon, where one has just been shown, or at once, where it is complete. */
  show(found: Found): void {
    this.#wanted = found;
    const wait = found.isComplete ? 0 : this.#nextAt - performance.now();
    clearTimeout(this.#timer);
    if (wait > 0) this.#timer = window.setTimeout(() => this.#draw(), wait);
    else this.#draw();
  }

  /** No more will come. */
  end(): void {
    if (!this.#wanted) return;
    clearTimeout(this.#timer);
    this.#draw();
    if (!this.#isShown) return;
    if (!this.#wanted.isComplete) this.#say(t("drawing_cut"));
    else if (!inspectDrawing(this.#wanted).isWellFormed) this.#say(t("drawing_broken"));
  }

  #say(text: string): void {
    this.#state.textContent = text;
  }

  #draw(): void {
    const { source, isComplete } = this.#wanted!;
    if (source.length > MAX_BYTES) {
      this.#isShown = false;
      this.#say(t("drawing_too_long", { size: MAX_BYTES / 1024 }));
      return;
    }
    // A tag that is not complete yet would be drawn as text.
    const text = isComplete ? source : source.slice(0, source.lastIndexOf(">") + 1);
    if (text === this.#source) return;
    this.#isShown = false;
    const begun = performance.now();
    this.#source = text;
    try {
      this.#put(cleaned(text), isComplete);
    } catch (error) {
      if (!(error instanceof TooMany)) throw error;
      this.#say(t("drawing_too_many", { count: MAX_ELEMENTS, attributes: MAX_ATTRIBUTES }));
    }
    const end = performance.now();
    this.#nextAt = end + Math.max(PACE, REST * (end - begun));
  }

  #put(svg: SVGSVGElement | null, isComplete: boolean): void {
    if (!svg) {
      this.#say(t("drawing_empty"));
      return;
    }
    this.#isShown = true;
    this.#say(isComplete ? "" : t("drawing_now"));
    const frame = h("iframe", {
      sandbox: true,
      title: this.#name,
      tabindex: -1,
      referrerpolicy: "no-referrer",
      scrolling: "no",
    });
    svg.setAttribute("width", "100vw");
    svg.setAttribute("height", "100vh");
    frame.srcdoc = trustedHtml(HEAD + svg.outerHTML);
    const old = this.#frame;
    this.#frame = frame;
    // The last picture stays until the next one is there.
    frame.addEventListener("load", () => old?.remove(), { once: true });
    this.#stage.append(frame);
    while (this.#stage.children.length > 2) this.#stage.firstElementChild!.remove();
  }
}
