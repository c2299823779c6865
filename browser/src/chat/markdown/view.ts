/**
 * A model's Markdown in the page, drawn as it arrives.
 *
 * The worker sends nodes as data. Elements are created here, from the lists below only, and the only attribute that comes from the model is a
 * link's address. HTML in the text stays text; images are not fetched.
 */
import { h } from "../../ui/dom.ts";
import { t } from "../texts.ts";
import { codeBlock } from "./code.ts";
import { safeLink } from "./links.ts";
import { mathElement } from "./mathml.ts";
import type { Attributes, Drawn, Name, Node as Parsed } from "./nodes.ts";
import { Parsing } from "./parser.ts";
import { Plain } from "./plain.ts";

/** An element, and where in it the next ones go. */
interface Made {
  readonly element: Element;
  readonly inside: Element;
}

const ELEMENTS: Partial<Record<Name, keyof HTMLElementTagNameMap>> = {
  p: "p",
  // The page's own headings are above an answer's.
  h1: "h4",
  h2: "h5",
  h3: "h6",
  h4: "h6",
  h5: "h6",
  h6: "h6",
  blockquote: "blockquote",
  ul: "ul",
  li: "li",
  hr: "hr",
  br: "br",
  em: "em",
  strong: "strong",
  s: "s",
  code: "code",
  table: "table",
  thead: "thead",
  tbody: "tbody",
  tr: "tr",
  th: "th",
  td: "td",
  tag: "span",
};

/** A paragraph or a heading without other marks, with which an answer may begin: its text need not wait for the worker. */
const LONGEST_FIRST = 400;
const PLAIN = /^(?:(#{1,6}) )?([\p{L}\p{N}][\p{L}\p{N} ,'’!?]*)$/u;

/** Blocks per section; the browser lays out, or skips, a section as a whole. */
const BLOCKS = 40;

/** What was made of each node: where the next one goes, and what goes where the node goes. */
interface Place {
  readonly host: Element;
  readonly made: ChildNode | undefined;
}

export class Markdown {
  readonly #host: HTMLElement;
  readonly #onDrawing: (block: HTMLDetailsElement) => void;
  readonly #parsing: Parsing;
  /** One for each node. */
  #places: Place[] = [];
  /** Messages of the worker that are not drawn yet. */
  #waiting: Drawn[] = [];
  /** Number of nodes of the first message that are drawn. */
  #at = 0;
  #text = "";
  /** The beginning, before anything was parsed. */
  #first: HTMLElement | undefined;
  #isEnding = false;
  #isDone = false;
  #isPlain = false;
  #plain: Plain | undefined;

  /**
   * @param onDrawing Told of each block of code in which a drawing begins.
   * @param onReady Told when there is something to draw.
   */
  constructor(host: HTMLElement, onDrawing: (block: HTMLDetailsElement) => void, onReady: () => void) {
    this.#host = host;
    this.#onDrawing = onDrawing;
    this.#parsing = new Parsing((drawn) => {
      if (drawn) this.#waiting.push(drawn);
      else this.#isPlain = true;
      onReady();
    });
  }

  /** All of the text is in the page. */
  get isDone(): boolean {
    return this.#isDone;
  }

  write(text: string): void {
    this.#parsing.append(text);
    this.#text += text;
    if (this.#isPlain || this.#places.length || this.#text.length > LONGEST_FIRST) return;
    const [, marks, words] = PLAIN.exec(this.#text) ?? [];
    if (!words) return;
    this.#first ??= this.#host.appendChild(h(marks ? ELEMENTS[`h${marks.length}` as Name]! : "p"));
    this.#first.textContent = words;
  }

  /** The text is complete. */
  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#parsing.end();
  }

  /** No more is to be drawn. */
  close(): void {
    this.#parsing.close();
  }

  /** Draws what there is, up to a time. Says whether there is more. */
  draw(until: number): boolean {
    if (this.#isPlain) return this.#drawPlain();
    while (this.#waiting.length) {
      const [drawn] = this.#waiting as [Drawn];
      if (this.#at === 0) this.#at = this.#rewind(drawn);
      for (; this.#at < drawn.nodes.length; this.#at++) {
        this.#add(drawn.nodes[this.#at]!);
        if (this.#at % 20 === 19 && performance.now() > until) {
          this.#at++;
          return true;
        }
      }
      this.#waiting.shift();
      this.#at = 0;
      if (drawn.isLast && drawn.isEnd) {
        this.#isDone = true;
        this.close();
      } else if (drawn.isLast) this.#parsing.drawn();
    }
    return false;
  }

  /** Without the worker the text stays as it was written. */
  #drawPlain(): boolean {
    if (!this.#plain) this.#host.replaceChildren();
    this.#plain ??= new Plain(this.#host);
    this.#plain.show(this.#text);
    this.#isDone = this.#isEnding;
    return false;
  }

  /** Removes the nodes that a message replaces. Returns how many of the new nodes are already in place. */
  #rewind({ from, nodes }: Drawn): number {
    this.#first?.remove();
    this.#first = undefined;
    const old = this.#places[from];
    const [first] = nodes;
    const keeps = typeof first === "string" && old?.made instanceof Text;
    // What is in an element goes with it.
    let depth = 0;
    for (let i = keeps ? from + 1 : from; i < this.#places.length; i++) {
      const { made } = this.#places[i]!;
      if (made && !depth) made.remove();
      if (made instanceof Element) depth++;
      else if (!made) depth = Math.max(0, depth - 1);
    }
    while (this.#host.lastElementChild?.childElementCount === 0) this.#host.lastElementChild.remove();
    this.#places.length = keeps ? from + 1 : Math.min(this.#places.length, from);
    if (!keeps) return 0;
    const text = old!.made as Text;
    if (first.startsWith(text.data)) text.appendData(first.slice(text.data.length));
    else text.data = first;
    return 1;
  }

  #add(node: Parsed): void {
    const before = this.#places.at(-1)?.host ?? this.#host;
    const host = before === this.#host && node !== null ? this.#section() : before;
    if (node === null) this.#places.push({ host: outsides.get(host) ?? this.#host, made: undefined });
    else if (typeof node === "string") {
      const text = document.createTextNode(node);
      host.append(text);
      this.#places.push({ host, made: text });
    } else {
      const { element, inside } = this.#make(node[0], node[1] ?? {});
      host.append(element);
      outsides.set(inside, before);
      this.#places.push({ host: inside, made: element });
    }
  }

  /** Where the next block goes. */
  #section(): Element {
    const last = this.#host.lastElementChild;
    return last && last.childElementCount < BLOCKS ? last : this.#host.appendChild(h("div"));
  }

  #make(name: Name, attributes: Attributes): Made {
    if (name.startsWith("math:")) return same(mathElement(name.slice(5), attributes));
    if (name === "pre") return codeBlock(attributes, this.#onDrawing);
    const { href, start, side, checked, kind } = attributes;
    if (name === "a") return same(link(String(href)));
    if (name === "img") return same(h("span", { class: "quantlab-chat-image", title: t("image_not_fetched") }));
    if (name === "ol") {
      const first = Number(start ?? 1);
      return same(h("ol", first === 1 ? {} : { start: first }));
    }
    if (name === "task") return same(h("span", {}, checked ? "☑" : "☐"));
    if (name === "token") return same(h("span", { class: String(kind).replace(/[^\w -]/g, "") }));
    if (name === "part") return same(h("span", { class: "quantlab-chat-part" }));
    if (name === "source" || name === "html") return same(h("p", { class: "quantlab-chat-source" }));
    const element = h(ELEMENTS[name] ?? "span");
    if (/^(left|right|center)$/.test(String(side))) element.classList.add(`quantlab-chat-${String(side)}`);
    return same(element);
  }
}

/** Where the next element goes when one has ended. */
const outsides = new WeakMap<Element, Element>();

const same = (element: Element): Made => ({ element, inside: element });

function link(address: string): HTMLElement {
  const url = safeLink(address);
  // Not a link, but the address is shown.
  if (!url) return h("span", { title: address });
  return h("a", { href: url, rel: "noopener noreferrer nofollow", target: "_blank", title: url });
}
