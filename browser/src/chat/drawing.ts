/**
 * SVG in an answer, shown as a picture.
 *
 * It is cleaned (`svg.ts`), and what is left is shown in a frame that may run nothing (`sandbox`) and fetch nothing
 * (`default-src 'none'`), which browsers keep in a process of its own.
 */
import { h } from "../ui/dom.ts";
import type { Found } from "./drawing_finder.ts";
import { fetched } from "../ui/fetched.ts";
import { MAX_ATTRIBUTES, MAX_BYTES, MAX_ELEMENTS, SVG_TOOLS } from "./svg_shared.ts";
import type { SvgTools } from "./svg_script.ts";
import { trustedHtml } from "../ui/trusted.ts";
import { t } from "./texts.ts";

/** Milliseconds between two versions of a growing picture; at least `REST` times as long as drawing the last one took. */
const PACE = 500;
const REST = 20;

/** Shapes of the frame, width by height: a picture that is narrower or wider has margins. */
const NARROWEST = 0.6;
const WIDEST = 2.5;

/**
 * What goes before the picture. Without the second line, names of hosts would still be looked up. The attributes, and those of the
 * picture, say the same as the style sheet, which the site's own policy may forbid.
 */
const HEAD = `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta http-equiv="x-dns-prefetch-control" content="off">
<style>html,body{margin:0;height:100%;overflow:hidden;background:#fff}svg{display:block;width:100%;height:100%}</style>
<body marginwidth="0" marginheight="0" bgcolor="#fff">`;

let tools: SvgTools | undefined;

/** Fetches what drawings are cleaned with; early, so that the first one need not wait. @throws Error It could not be fetched. */
export async function prepareDrawings(): Promise<void> {
  await fetched("svg.js");
  tools = (globalThis as { [key: symbol]: SvgTools })[SVG_TOOLS];
}

/** What can be said of a picture without drawing it. */
export interface Inspection {
  /** The source is well-formed XML; browsers also draw some that is not. */
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
  #hasEnded = false;
  #isWaiting = false;

  /** @param name What the picture is called for those who do not see it. */
  constructor(name: string) {
    this.#name = name;
    this.element = h("figure", { class: "quantlab-chat-drawing" }, this.#stage, this.#state);
  }

  /** Shows a picture: immediately if it is complete, otherwise not sooner than `PACE` after the last version. */
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
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#draw();
  }

  #conclude(): void {
    if (!this.#isShown || !this.#hasEnded) return;
    if (!this.#wanted!.isComplete) this.#say(t("drawing_cut"));
    else if (!inspectDrawing(this.#wanted!).isWellFormed) this.#say(t("drawing_broken"));
  }

  #say(text: string): void {
    this.#state.textContent = text;
  }

  #draw(): void {
    if (!tools) {
      this.#isWaiting ||= this.#wait();
      return;
    }
    this.#drawWith(tools);
    this.#conclude();
  }

  /** Draws once there is what cleans the picture. @returns True */
  #wait(): true {
    this.#say(t("drawing_now"));
    prepareDrawings().then(
      () => this.#draw(),
      () => this.#say(t("drawing_not_fetched")),
    );
    return true;
  }

  #drawWith({ cleaned, fill, TooMany }: SvgTools): void {
    const { source, isComplete } = this.#wanted!;
    if (source.length > MAX_BYTES) {
      this.#isShown = false;
      this.#say(t("drawing_too_long", { size: MAX_BYTES / 1024 }));
      return;
    }
    // An incomplete tag would be drawn as text.
    const text = isComplete ? source : source.slice(0, source.lastIndexOf(">") + 1);
    if (text === this.#source) return;
    this.#isShown = false;
    const begun = performance.now();
    this.#source = text;
    try {
      const svg = cleaned(text);
      this.#put(svg, svg ? fill(svg) : undefined, isComplete);
    } catch (error) {
      if (!(error instanceof TooMany)) throw error;
      this.#say(t("drawing_too_many", { count: MAX_ELEMENTS, attributes: MAX_ATTRIBUTES }));
    }
    const end = performance.now();
    this.#nextAt = end + Math.max(PACE, REST * (end - begun));
  }

  #put(svg: SVGSVGElement | null, shape: number | undefined, isComplete: boolean): void {
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
    this.#stage.style.aspectRatio = shape ? String(Math.min(Math.max(shape, NARROWEST), WIDEST)) : "";
    frame.srcdoc = trustedHtml(HEAD + svg.outerHTML);
    const old = this.#frame;
    this.#frame = frame;
    // The last picture stays until the next one is there.
    frame.addEventListener("load", () => old?.remove(), { once: true });
    this.#stage.append(frame);
    while (this.#stage.children.length > 2) this.#stage.firstElementChild!.remove();
  }
}
