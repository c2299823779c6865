/**
 * A text's Markdown as data, which a worker makes and the page draws: a list of elements that begin, texts, and ends of elements.
 *
 * The names are of what the text has, not of what the page shows: links and pictures are here with whatever address they have.
 */

export type Name =
  | "p"
  | "h1"
  | "h2"
  | "h3"
  | "h4"
  | "h5"
  | "h6"
  | "blockquote"
  | "ul"
  | "ol"
  | "li"
  | "hr"
  | "br"
  | "em"
  | "strong"
  | "s"
  | "code"
  | "a"
  | "table"
  | "thead"
  | "tbody"
  | "tr"
  | "th"
  | "td"
  /** A box of a list of tasks, ticked or not. */
  | "task"
  /** A picture; what it holds is its text. */
  | "img"
  /** A block of code. */
  | "pre"
  /** Several lines of code, of a block that is long. */
  | "part"
  /** A word of code that is of a kind. */
  | "token"
  /** HTML: a block, or what stands within a line. */
  | "html"
  | "tag"
  /** Text as it was written: of a block that is too large. */
  | "source"
  | MathName;

/** An element of MathML. */
export type MathName = `math:${string}`;

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** An element begins, a text, or the innermost element ends. */
export type Node = readonly [name: Name, attributes?: Attributes] | string | null;

/** What the worker is told of a text: more of it, that it is complete, that the page has drawn what it was sent, or that it is of no interest. */
export type ToWorker =
  | { readonly type: "text"; readonly id: number; readonly text: string }
  | { readonly type: "end"; readonly id: number }
  | { readonly type: "drawn"; readonly id: number }
  | { readonly type: "drop"; readonly id: number };

/** Nodes in the place of all from a position on, in parts; `isLast` in the last one, and `isEnd` where no more will come. */
export interface Drawn {
  readonly id: number;
  readonly from: number;
  readonly nodes: readonly Node[];
  readonly isLast: boolean;
  readonly isEnd: boolean;
}

/** Whether two nodes are the same. */
export function isSame(one: Node | undefined, other: Node | undefined): boolean {
  if (one === other) return true;
  if (!Array.isArray(one) || !Array.isArray(other) || one[0] !== other[0]) return false;
  const [a, b] = [Object.entries(one[1] ?? {}), (other[1] ?? {}) as Attributes];
  return a.length === Object.keys(b).length && a.every(([key, value]) => b[key] === value);
}
