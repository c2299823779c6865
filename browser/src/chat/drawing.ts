/**
 * SVG in an answer, shown as a picture.
 *
 * A model's SVG may hold scripts, addresses and bombs. It is cleaned, and what is left is shown in a frame that may run
 * nothing (`sandbox`) and fetch nothing (`default-src 'none'`), which browsers keep in a process of its own.
 */
import DOMPurify from "dompurify";
import { h } from "../ui/dom.ts";
import type { Found } from "./drawing_finder.ts";
import { t } from "./texts.ts";

/** Larger pictures are not drawn: bytes of source, and elements that are drawn, copies by `<use>` included. */
const MOST_BYTES = 256 * 1024;
const MOST_ELEMENTS = 20_000;

/** A picture that grows is drawn anew this often, in milliseconds. */
const PACE = 500;

/** What goes before the picture. Without the second line, names of hosts would still be looked up. */
const HEAD = `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta http-equiv="x-dns-prefetch-control" content="off">
<style>html,body{margin:0;height:100%;overflow:hidden;background:#fff}svg{display:block;width:100%;height:100%}</style>`;

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
  if (source.length > MOST_BYTES) return { isWellFormed: false, elements: 0, hasViewBox: false };
  // Parsing fetches and runs nothing.
  const parsed = new DOMParser().parseFromString(source, "image/svg+xml");
  const isWellFormed = !parsed.querySelector("parsererror");
  return {
    isWellFormed,
    elements: isWellFormed ? parsed.querySelectorAll("*").length : 0,
    hasViewBox: parsed.documentElement.hasAttribute("viewBox"),
  };
}

/** Style that names something outside the picture, or may: a backslash can spell any of these another way. */
const OUTSIDE = /\\|@import|image-set|src\(|url\((?!\s*["']?#)/i;

/**
 * The sanitized SVG, or null if nothing remains.
 *
 * The frame's policy fetches nothing anyway. Two locks, because a page that a model can make ask for an address can be made
 * to tell what is in the conversation.
 */
function cleaned(source: string): SVGSVGElement | null {
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
  return svg;
}

/** How many elements are drawn, with each `<use>` counted as what it copies; stops counting where there are too many. */
function drawn(root: Element): number {
  const known = new Map<Element, number>();
  const count = (element: Element): number => {
    const before = known.get(element);
    if (before !== undefined) return before;
    known.set(element, 0); // a copy of itself is not drawn
    let sum = 1;
    for (const child of element.children) sum += count(child);
    const target =
      element.localName === "use" ? (element.getAttribute("href") ?? element.getAttribute("xlink:href")) : null;
    const copied = target ? root.querySelector(`#${CSS.escape(target.slice(1))}`) : null;
    if (copied) sum += count(copied);
    known.set(element, sum);
    return sum;
  };
  return count(root);
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
  #drawnAt = -Infinity;
  #isShown = false;

  /** @param name What the picture is called for those who do not see it. */
  constructor(name: string) {
    this.#name = name;
    this.element = h("figure", { class: "quantlab-chat-drawing" }, this.#stage, this.#state);
  }

  /** Shows a picture; soon, where one has just been shown, or at once, where it is complete. */
  show(found: Found): void {
    this.#wanted = found;
    const wait = found.isComplete ? 0 : this.#drawnAt + PACE - performance.now();
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
    // A tag that is not complete yet would be drawn as text.
    const text = isComplete ? source : source.slice(0, source.lastIndexOf(">") + 1);
    if (text === this.#source) return;
    this.#isShown = false;
    this.#drawnAt = performance.now();
    this.#source = text;
    if (text.length > MOST_BYTES) {
      this.#say(t("drawing_too_long", { size: MOST_BYTES / 1024 }));
      return;
    }
    const svg = cleaned(text);
    if (!svg) {
      this.#say(t("drawing_empty"));
      return;
    }
    if (drawn(svg) > MOST_ELEMENTS) {
      this.#say(t("drawing_too_many", { count: MOST_ELEMENTS }));
      return;
    }
    this.#isShown = true;
    this.#say(isComplete ? "" : t("drawing_now"));
    const frame = h("iframe", {
      sandbox: true,
      title: this.#name,
      tabindex: -1,
      referrerpolicy: "no-referrer",
      srcdoc: HEAD + svg.outerHTML,
    });
    const old = this.#frame;
    this.#frame = frame;
    // The last picture stays until the next one is there.
    frame.addEventListener("load", () => old?.remove(), { once: true });
    this.#stage.append(frame);
    while (this.#stage.children.length > 2) this.#stage.firstElementChild!.remove();
  }
}
