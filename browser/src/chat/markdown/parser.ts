/** The connection to the worker that parses answers. The worker is started before the first answer, not with the page. */
import { BASE } from "../../ui/base.ts";
import { trustedScript } from "../../ui/trusted.ts";
import type { Drawn, ToWorker } from "./nodes.ts";

/** Where a text's nodes go; undefined where no worker is to be had. */
export type Receive = (drawn: Drawn | undefined) => void;

/** Milliseconds without an answer after which the worker is given up. */
const PATIENCE = 60_000;

const receivers = new Map<number, Receive>();
let worker: Worker | undefined;
let count = 0;

/** Starts the worker, if it does not run. */
export function start(): void {
  if (worker) return;
  try {
    worker = new Worker(trustedScript(`${BASE}markdown.js`), { type: "module" });
  } catch {
    return; // A page from a file, or a policy.
  }
  worker.onmessage = ({ data }: MessageEvent<Drawn>) => receivers.get(data.id)?.(data);
  worker.onerror = (event) => {
    event.preventDefault();
    fail();
  };
}

/** Ends the worker, and tells all that wait for it. */
function fail(): void {
  worker?.terminate();
  worker = undefined;
  const waiting = [...receivers.values()];
  receivers.clear();
  for (const receive of waiting) receive(undefined);
}

/** A text that is parsed as it grows. */
export class Parsing {
  readonly #id = ++count;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param receive Called with what the text is, later, and again as it grows. */
  constructor(receive: Receive) {
    receivers.set(this.#id, (drawn) => {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      receive(drawn);
    });
    start();
    if (!worker) queueMicrotask(fail);
  }

  append(text: string): void {
    this.#timer ??= setTimeout(fail, PATIENCE);
    this.#post({ type: "text", id: this.#id, text });
  }

  end(): void {
    this.#timer ??= setTimeout(fail, PATIENCE);
    this.#post({ type: "end", id: this.#id });
  }

  /** All that was received is drawn: the worker may send more. */
  drawn(): void {
    this.#post({ type: "drawn", id: this.#id });
  }

  /** Nothing more is wanted. */
  close(): void {
    clearTimeout(this.#timer);
    if (receivers.delete(this.#id)) this.#post({ type: "drop", id: this.#id });
  }

  #post(message: ToWorker): void {
    if (receivers.has(this.#id) || message.type === "drop") worker?.postMessage(message);
  }
}
