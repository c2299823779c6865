/**
 * Markdown into nodes: CommonMark, and of GitHub's Markdown tables, strike-through, boxes of tasks and bare addresses.
 *
 * markdown-it parses it, in time linear in the text. A block that would cost the page too much, for its size, its depth or its
 * number of elements, is left as it was written.
 */
import MarkdownIt, { type Env, type Token } from "markdown-it";
import { maths } from "./formulas.ts";
import type { Attributes, Name, Node } from "./nodes.ts";

/** Elements within elements; HTML's own parsers stop at 512, and nobody writes a tenth of it. */
const DEEPEST = 60;
/** Elements of a block, and of an answer. */
export const MOST_OF_BLOCK = 2000;
export const MOST_OF_ALL = 20_000;
/** Characters of one paragraph, heading or cell. */
const LONGEST_LINE = 10_000;
/** Characters of text that are laid out at once. */
const PART = 4000;
/** Characters of code that is coloured. */
const LONGEST_CODE = 8000;

/** Libraries that are loaded on demand. A tool returns undefined for input that it cannot process; a tool that is undefined could not be loaded. */
export interface Tools {
  /** A formula in TeX. */
  maths?: ((tex: string, isDisplay: boolean) => readonly Node[] | undefined) | undefined;
  /** A block of code. */
  highlight?: ((code: string, language: string) => readonly Node[] | undefined) | undefined;
}

/** A link's definitions, by label, as markdown-it keeps them. */
export type Definitions = NonNullable<Env["references"]>;

/** A block that stands in no other: its first line, and what it is. */
export interface Block {
  readonly line: number;
  readonly nodes: readonly Node[];
  readonly elements: number;
}

export interface Parsed {
  readonly blocks: readonly Block[];
  /** What the text has that a tool is for. */
  readonly wants: ReadonlySet<keyof Tools>;
  /** The limit of elements was reached: the last block is the rest of the text, as source. */
  readonly isFull: boolean;
}

const parser = new MarkdownIt({ html: true, maxNesting: DEEPEST });
parser.validateLink = () => true; // the page decides which links may be followed
parser.use(maths);
parser.core.ruler.before("inline", "too_large", ({ tokens, src }) => {
  let lines: string[] | undefined;
  for (const [from, to] of outermost(tokens).reverse()) {
    const block = tokens.slice(from, to);
    const isTooLarge = ({ level, type, content }: Token): boolean =>
      level >= DEEPEST - 2 || (type === "inline" && content.length > LONGEST_LINE);
    if (block.length < 4 * MOST_OF_BLOCK && !block.some(isTooLarge)) continue;
    const [first, last] = block[0]!.map!;
    lines ??= src.split("\n");
    const source = block[0]!;
    source.type = "source";
    source.nesting = 0;
    source.content = lines.slice(first, last).join("\n");
    tokens.splice(from, to - from, source);
  }
});

/** From where to where the tokens of each outermost block are. */
function outermost(tokens: readonly Token[]): [from: number, to: number][] {
  const places: [number, number][] = [];
  let from = 0;
  tokens.forEach(({ level, nesting }, i) => {
    if (level || nesting > 0) return;
    places.push([from, i + 1]);
    from = i + 1;
  });
  return places;
}

/**
 * The blocks of a text.
 *
 * @param definitions Those of links so far; those of the text are added.
 * @param budget Elements that there may be.
 */
export function parse(text: string, definitions: Definitions, budget: number, tools: Tools): Parsed {
  const tokens = parser.parse(text, { references: definitions });
  const lines = text.split("\n");
  const wants = new Set<keyof Tools>();
  const blocks: Block[] = [];
  for (const [from, to] of outermost(tokens)) {
    const block = tokens.slice(from, to);
    const [line, end] = block[0]!.map ?? [0, 0];
    const writer = new Writer(tools, wants, Math.min(budget, MOST_OF_BLOCK));
    let fits = budget > 0;
    try {
      if (fits) writer.write(block);
    } catch (error) {
      if (!(error instanceof TooMany)) throw error;
      fits = budget > MOST_OF_BLOCK;
      writer.source(lines.slice(line, end).join("\n"));
    }
    if (!fits) {
      blocks.push({ line, nodes: asSource(lines.slice(line).join("\n")), elements: 0 });
      return { blocks, wants, isFull: true };
    }
    budget -= writer.elements;
    blocks.push({ line, nodes: writer.nodes, elements: writer.elements });
  }
  return { blocks, wants, isFull: false };
}

/** A text as it was written. */
export function asSource(text: string): readonly Node[] {
  const writer = new Writer({}, new Set(), 0);
  writer.source(text);
  return writer.nodes;
}

class TooMany extends Error {}

/** Tokens of markdown-it whose pairs are elements of ours. */
const PAIRS: Record<string, Name> = {
  paragraph: "p",
  blockquote: "blockquote",
  bullet_list: "ul",
  ordered_list: "ol",
  list_item: "li",
  em: "em",
  strong: "strong",
  s: "s",
  link: "a",
  table: "table",
  thead: "thead",
  tbody: "tbody",
  tr: "tr",
  th: "th",
  td: "td",
};

class Writer {
  nodes: Node[] = [];
  elements = 0;
  #depth = 0;
  /** Links that are open: an address in one is no link. */
  #links = 0;
  readonly #tools: Tools;
  readonly #wants: Set<keyof Tools>;
  readonly #most: number;

  constructor(tools: Tools, wants: Set<keyof Tools>, most: number) {
    this.#tools = tools;
    this.#wants = wants;
    this.#most = most;
  }

  /** @throws TooMany */
  write(tokens: readonly Token[]): void {
    tokens.forEach((token, i) => {
      if (token.hidden) return;
      const { type, nesting, content } = token;
      if (type === "inline") this.#inline(token.children!, tokens[i - 1], tokens[i - 2]);
      else if (nesting < 0) {
        if (type === "link_close") this.#links--;
        this.#close();
      } else if (nesting > 0) {
        if (type === "link_open") this.#links++;
        this.#open(nameOf(token), attributesOf(token));
      } else if (type === "text" || type === "text_special") this.#text(content);
      else if (type === "softbreak") this.#add("\n");
      else if (type === "hardbreak") this.#open("br", {}, "");
      else if (type === "hr") this.#open("hr", {}, "");
      else if (type === "code_inline") this.#open("code", {}, content);
      else if (type === "html_inline") this.#html(content);
      else if (type === "html_block") this.#open("html", {}, content);
      else if (type === "fence" || type === "code_block")
        this.#code(content, parser.utils.unescapeAll(token.info).trim());
      else if (type === "maths") this.#maths(content, token.markup, Boolean(token.meta?.isDisplay));
      else if (type === "source") this.source(content);
      else if (type === "image") {
        this.#open("img", attributesOf(token));
        this.#add(plainText(token.children!));
        this.#close();
      } else throw new Error(`markdown-it: ${type}`);
    });
  }

  /** A block's text as it was written, in the place of all that is there. */
  source(text: string): void {
    const pieces = parts(text);
    this.nodes = pieces.flatMap((piece) => [["source"], piece, null] as const);
    this.elements = pieces.length;
  }

  #inline(children: readonly Token[], parent: Token | undefined, item: Token | undefined): void {
    let [first, ...others] = children;
    const box = first?.type === "text" && parent?.type === "paragraph_open" && item?.type === "list_item_open";
    const ticked = box ? /^\[([ xX])\](?=\s)/.exec(first!.content)?.[1] : undefined;
    if (ticked !== undefined) {
      this.#open("task", { checked: ticked !== " " }, "");
      this.#text(first!.content.slice(3));
      first = others.shift();
    }
    if (first) this.write([first, ...others]);
  }

  #open(name: Name, attributes: Attributes = {}, content?: string): void {
    if (++this.elements > this.#most || ++this.#depth > DEEPEST) throw new TooMany();
    this.nodes.push(Object.keys(attributes).length ? [name, attributes] : [name]);
    if (content === undefined) return;
    this.#add(content);
    this.#close();
  }

  #close(): void {
    this.#depth--;
    this.nodes.push(null);
  }

  #add(text: string): void {
    if (!text) return;
    const last = this.nodes.at(-1);
    if (typeof last === "string") this.nodes[this.nodes.length - 1] = last + text;
    else this.nodes.push(text);
  }

  /** Text, in which addresses are links. */
  #text(text: string): void {
    let shown = 0;
    if (!this.#links)
      for (const found of text.matchAll(/\bhttps?:\/\/[^\s<>"`]+/gi)) {
        const address = addressIn(found[0]);
        if (!/:\/\/./.test(address)) continue;
        this.#add(text.slice(shown, found.index));
        this.#open("a", { href: parser.normalizeLink(address), bare: true }, address);
        shown = found.index + address.length;
      }
    this.#add(text.slice(shown));
  }

  #html(source: string): void {
    if (/^<br\s*\/?>$/i.test(source)) this.#open("br", { source }, "");
    else this.#open("tag", {}, source);
  }

  #code(code: string, info: string): void {
    const [language = ""] = info.split(/\s+/);
    const isDrawing = /<svg[\s>]/i.test(code);
    this.#open("pre", { ...(language ? { language } : {}), ...(isDrawing ? { isDrawing } : {}) });
    if (language && code.length < LONGEST_CODE) this.#wants.add("highlight");
    const tokens = code.length < LONGEST_CODE ? this.#tools.highlight?.(code, language.toLowerCase()) : undefined;
    if (tokens && tokens.length < MOST_OF_BLOCK) this.#put(tokens);
    else {
      const pieces = parts(code);
      if (pieces.length < 2) this.#add(code);
      else for (const piece of pieces) this.#open("part", {}, piece);
    }
    this.#close();
  }

  #maths(tex: string, markup: string, isDisplay: boolean): void {
    this.#wants.add("maths");
    const formula = this.#tools.maths?.(tex, isDisplay);
    // A formula that the library cannot set is shown as source.
    if (formula) this.#put(formula);
    else this.#open("code", {}, markup.replace("…", tex));
  }

  #put(nodes: readonly Node[]): void {
    this.elements += nodes.filter(Array.isArray).length;
    if (this.elements > this.#most) throw new TooMany();
    for (const node of nodes) {
      if (typeof node === "string") this.#add(node);
      else this.nodes.push(node);
    }
  }
}

function nameOf({ type, tag }: Token): Name {
  if (type === "heading_open") return tag as Name;
  const name = PAIRS[type.replace("_open", "")];
  if (!name) throw new Error(`markdown-it: ${type}`);
  return name;
}

function attributesOf(token: Token): Attributes {
  const names = ["href", "src", "title", "start"];
  const given = (token.attrs ?? []).filter(([name]) => names.includes(name));
  const side = /text-align:(\w+)/.exec(String(token.attrGet("style") ?? ""))?.[1];
  return { ...Object.fromEntries(given), ...(side ? { side } : {}) };
}

/** The text of a picture's description, without its marks. */
function plainText(tokens: readonly Token[]): string {
  return tokens
    .map(({ type, content, children }) =>
      type === "softbreak" || type === "hardbreak" ? "\n" : type === "image" ? plainText(children!) : content,
    )
    .join("");
}

/** The part of a text that begins with an address, which is the address: what ends a sentence is not of it. */
function addressIn(text: string): string {
  for (;;) {
    const shorter = text.replace(/([?!.,:;*_~'"’”]+|&[a-z0-9]+;)$/i, "");
    const closing = shorter.endsWith(")") && count(shorter, ")") > count(shorter, "(");
    const next = closing ? shorter.slice(0, -1) : shorter;
    if (next === text) return text;
    text = next;
  }
}

const count = (text: string, character: string): number => text.split(character).length - 1;

/** A long text in parts that end with a line, or in a line where it is longer than a part. */
function parts(text: string): string[] {
  const found: string[] = [];
  for (let from = 0; from < text.length; ) {
    const end = text.lastIndexOf("\n", from + PART) + 1;
    const to = text.length - from <= PART ? text.length : end > from ? end : from + PART;
    found.push(text.slice(from, to));
    from = to;
  }
  return found;
}
