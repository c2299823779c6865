/**
 * Parses a growing text into nodes.
 *
 * Each time, only what may still change is parsed again: the block that is open, and what follows it. Blocks before it are done, but for
 * links whose definition comes later, for which the whole text is parsed once more when it is complete.
 */
import { isSame, type Node } from "./nodes.ts";
import { asSource, MOST_OF_ALL, parse, type Definitions, type Tools } from "./parse.ts";

/** Nodes that replace all nodes from a position on. */
export interface Change {
  readonly from: number;
  readonly nodes: readonly Node[];
}

export class GrowingText {
  /** What is parsed is counted here, in characters. */
  work = 0;
  readonly #tools: Tools;
  #text = "";
  /** A carriage return at the end, held back because a line feed may follow. */
  #return = "";
  /** Where the text begins that may still change, and the nodes and elements before it. */
  #start = 0;
  #done: Node[] = [];
  #elements = 0;
  /** Definitions of links before there. */
  #definitions: Definitions = Object.create(null);
  #isDefinedLate = false;
  /** The nodes of what may still change. */
  #open: readonly Node[] = [];
  /** All nodes, as they were last given. */
  #given: Node[] = [];
  /** Nodes that were given and can no longer change. */
  #kept = 0;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** How much there is to parse. */
  get open(): number {
    return this.#text.length - this.#start;
  }

  append(text: string): void {
    const all = this.#return + text;
    this.#return = all.endsWith("\r") ? "\r" : "";
    this.#text += all
      .slice(0, all.length - this.#return.length)
      .replaceAll("\r\n", "\n")
      .replaceAll("\r", "\n");
  }

  /**
   * Parses what may still change.
   *
   * @param isEnd The text is complete.
   * @returns The tools that it has something for.
   */
  parse(isEnd: boolean): ReadonlySet<keyof Tools> {
    if (isEnd) {
      this.#text += this.#return;
      this.#return = "";
    }
    const wants = this.#parse(isEnd);
    if (!isEnd || !this.#isDefinedLate) return wants;
    // Once more, with all definitions.
    this.#start = this.#elements = this.#kept = 0;
    this.#done = [];
    this.#definitions = Object.create(null);
    return this.#parse(true);
  }

  /** What has changed since the last time. */
  change(): Change {
    const now = [...this.#done.slice(this.#kept), ...this.#open];
    let same = 0;
    while (same < now.length && isSame(now[same], this.#given[this.#kept + same])) same++;
    const from = this.#kept + same;
    const nodes = now.slice(same);
    this.#given.length = Math.min(this.#given.length, from);
    for (const node of nodes) this.#given.push(node);
    this.#kept = this.#done.length;
    return { from, nodes };
  }

  #parse(isEnd: boolean): ReadonlySet<keyof Tools> {
    const text = this.#text.slice(this.#start);
    if (this.#elements >= MOST_OF_ALL) {
      this.#open = asSource(text);
      return new Set();
    }
    this.work += text.length;
    // Definitions in an incomplete text may be cut off, so they are valid for this pass only.
    const definitions = Object.create(this.#definitions) as Definitions;
    const { blocks, wants, isFull } = parse(text, definitions, MOST_OF_ALL - this.#elements, this.#tools);
    this.#open = blocks.flatMap(({ nodes }) => nodes);
    const isDefining = Object.keys(definitions).length > 0;
    if (isDefining && this.#start > 0) this.#isDefinedLate = true;
    // If a tool is not loaded yet, the text is parsed again once it is.
    if (isEnd || [...wants].some((name) => !(name in this.#tools))) return wants;
    const starts = lineStarts(text);
    const lastLine = starts.length - 1;
    // Text after an empty line cannot change the blocks before it. The last line may be incomplete.
    let next = blocks.length - 1;
    if (isFull) this.#elements = MOST_OF_ALL;
    else
      while (next > 0 && !(blocks[next]!.line < lastLine && isEmptyLine(text, starts, blocks[next]!.line - 1))) next--;
    if (next <= 0) return wants;
    const to = starts[blocks[next]!.line]!;
    if (isDefining) {
      parse(text.slice(0, to), this.#definitions, MOST_OF_ALL, {});
      this.work += to;
    }
    for (const { nodes, elements } of blocks.slice(0, next)) {
      for (const node of nodes) this.#done.push(node);
      this.#elements += elements;
    }
    this.#start += to;
    this.#open = blocks.slice(next).flatMap(({ nodes }) => nodes);
    return wants;
  }
}

/** Where each line begins. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function isEmptyLine(text: string, starts: readonly number[], line: number): boolean {
  return line >= 0 && !text.slice(starts[line], starts[line + 1]).trim();
}
