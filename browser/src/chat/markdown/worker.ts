/**
 * The worker that parses answers, one for a document.
 *
 * A text is parsed when the page has drawn the last nodes. If the part that may still change is long, it is parsed again only when it has
 * grown by half, or after a pause of `REST` times the duration of the last pass. So the work is proportional to the length of the text,
 * or to the time.
 */
import { GrowingText } from "./document.ts";
import type { Drawn, Node, ToWorker } from "./nodes.ts";
import type { Tools } from "./parse.ts";

/** Up to this many characters, the part that may still change is parsed whenever text arrives. */
const SHORT = 4000;
/** The pause between two passes over a long text, in multiples of the duration of the last one. */
const REST = 20;
/** Maximum nodes and characters of one message. */
const MOST_NODES = 400;
const MOST_CHARACTERS = 50_000;

const tools: Tools = {};
const FILES: Record<keyof Tools, string> = { maths: "tex.js", highlight: "highlight.js" };

/** Fetches a tool that a text wants. Without it formulas stay TeX, and code has one colour. */
async function fetchTool(name: keyof Tools): Promise<void> {
  const module: Tools = await import(new URL(FILES[name], import.meta.url).href).catch(() => ({}));
  tools[name] = module[name] as never;
}

class Task {
  readonly #id: number;
  readonly #text = new GrowingText(tools);
  #isEnd = false;
  /** The page is drawing, or this is parsing. */
  #isBusy = false;
  #isNew = false;
  #parsedLength = 0;
  #dueAt = 0;
  #timer = 0;

  constructor(id: number) {
    this.#id = id;
  }

  append(text: string): void {
    this.#text.append(text);
    this.#isNew = true;
    void this.#go();
  }

  end(): void {
    this.#isEnd = this.#isNew = true;
    void this.#go();
  }

  drawn(): void {
    this.#isBusy = false;
    void this.#go();
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#isBusy = true;
  }

  async #go(): Promise<void> {
    if (this.#isBusy || !this.#isNew) return;
    clearTimeout(this.#timer);
    const { open } = this.#text;
    const wait = this.#dueAt - performance.now();
    if (!this.#isEnd && open > SHORT && open < 1.5 * this.#parsedLength && wait > 0) {
      this.#timer = setTimeout(() => void this.#go(), wait) as unknown as number;
      return;
    }
    this.#isBusy = true;
    this.#isNew = false;
    const isEnd = this.#isEnd;
    const begun = performance.now();
    for (;;) {
      const missing = [...this.#text.parse(isEnd)].filter((name) => !(name in tools));
      if (!missing.length) break;
      await Promise.all(missing.map(fetchTool));
    }
    this.#parsedLength = this.#text.open;
    const end = performance.now();
    this.#dueAt = end + REST * (end - begun);
    const { from, nodes } = this.#text.change();
    this.#send(from, nodes, isEnd);
    if (isEnd) tasks.delete(this.#id);
  }

  /** Sends nodes in parts, each of which the page can take in at once. */
  #send(from: number, nodes: readonly Node[], isEnd: boolean): void {
    let at = 0;
    do {
      let to = at;
      for (let size = 0; to < nodes.length && to - at < MOST_NODES && size < MOST_CHARACTERS; to++) {
        const node = nodes[to];
        if (typeof node === "string") size += node.length;
      }
      const message: Drawn = {
        id: this.#id,
        from: from + at,
        nodes: nodes.slice(at, to),
        isLast: to >= nodes.length,
        isEnd,
      };
      postMessage(message);
      at = to;
    } while (at < nodes.length);
  }
}

const tasks = new Map<number, Task>();

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  let task = tasks.get(data.id);
  if (data.type === "drop") {
    task?.drop();
    tasks.delete(data.id);
    return;
  }
  if (!task) tasks.set(data.id, (task = new Task(data.id)));
  if (data.type === "text") task.append(data.text);
  else if (data.type === "end") task.end();
  else task.drawn();
};
