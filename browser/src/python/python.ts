/**
 * Python for the page: one worker for all widgets, started when first needed.
 *
 * Requests queue. A widget's newer request takes the place of its older one that still waits, so that a dragged slider
 * never falls behind.
 */
import { page } from "../generated/texts.ts";
import { texts } from "../ui/texts.ts";
import { dedicated, keepsPage, shared, type Channel } from "./channel.ts";
import type { Answer, ContestStep, Curve, FromWorker, GgufFile, Mark, Model, Quantize, Quantized, Question, Strings } from "./messages.ts";
import { compile } from "./wasm.ts";

/** A hash of the archive: tells apart two versions of a site. */
declare const BUILD: string;

const t = texts("page", page);

/** A start that takes longer has failed without saying so: Pyodide does that on a wrong MIME type. */
const START_LIMIT = 60_000;

/** How long the reader's own code may take for a figure. */
const CODE_LIMIT = 10_000;

/** An option was not taken. */
export class OptionError extends Error {
  constructor(
    message: string,
    readonly option: string | null,
    /** The message's language. Python's messages are English. */
    readonly lang = "en",
  ) {
    super(message);
  }
}

/** The reader's own code does not run, or not to its end. */
export class CodeError extends Error {
  constructor(
    message: string,
    readonly line: number | null,
  ) {
    super(message);
  }
}

/** The reader stopped it, or the page was left. */
export class Stopped extends Error {}

/** Whoever asks for a figure. */
export interface Owner {
  /** Told what the start of Python is doing, in words for the reader; the empty text when there is nothing to say. */
  onPython(state: string): void;
}

/**
 * What a Python is for: `figures` of the engine; `code` of the reader's, which has a time limit; or long `work`. The latter two run in a worker
 * that nobody shares and that can be ended while it computes.
 */
export type Use = "figures" | "code" | "work";

interface Request {
  owner: Owner;
  question: Question;
  /** Given the answer to that question, or null. */
  resolve: (answer: any) => void;
  reject: (error: Error) => void;
}

/** Compiled once for all interpreters of the page. */
const compiled = new Map<string, Promise<WebAssembly.Module>>();

export class Python {
  #channel: Channel | undefined;
  #starting: Promise<void> | undefined;
  #ready = false;
  #fail: (error: Error) => void = () => {};
  /** The timer that gives a start up. */
  #limit = 0;
  #state = "";
  #waiting = new Map<Owner, Request>();
  #running: (Request & { id: number }) | undefined;
  #lastId = 0;

  /**
   * @param base The folder of the site that holds our files.
   * @param folder The folder that holds Pyodide's.
   */
  constructor(
    readonly base: string,
    readonly folder: string,
    readonly use: Use,
  ) {}

  /** Starts what is not started yet. */
  start(): Promise<void> {
    if (this.#starting) return this.#starting;
    const starting = this.#start();
    this.#starting = starting;
    // What ended it already may have been followed by another start.
    starting.catch((error: Error) => {
      if (this.#starting === starting) this.#end(error);
    });
    return starting;
  }

  /**
   * Draws a widget's figure.
   *
   * @param owner Whoever asks: its newer request replaces its waiting one.
   * @param sources What the figure came with, as JSON.
   * @param code The reader's own code, or the empty text.
   * @returns The answer, or null where a newer request took its place.
   */
  ask(owner: Owner, widget: string, options: Strings, sources: string, code: string): Promise<Answer | null> {
    return this.#request(owner, { type: "ask", widget, options, sources, code });
  }

  /**
   * Reads the headers of GGUF files.
   *
   * @param owner Whoever asks: its newer request replaces its waiting one.
   * @returns The models, or null where a newer request took its place.
   */
  read(owner: Owner, files: GgufFile[]): Promise<Model[] | null> {
    return this.#request(owner, { type: "read", files });
  }

  /** A step of a run of the contest; but for drawing, this Python is to be ended after it. */
  contest(owner: Owner, step: ContestStep, argument: unknown): Promise<unknown> {
    return this.#request(owner, { type: "contest", step, argument: JSON.stringify(argument) });
  }

  /** A step of quantizing a file. */
  quantize(owner: Owner, step: Quantize["step"], texts: string[], data: Uint8Array): Promise<Quantized | null> {
    return this.#request(owner, { type: "quantize", step, texts, data });
  }

  /** Asks for the marks of a drawing, or for the curve of several models' drawings. */
  mark(owner: Owner, question: Omit<Mark, "id"> | Omit<Curve, "id">): Promise<unknown> {
    return this.#request(owner, question);
  }

  #request<Reply>(owner: Owner, question: Question): Promise<Reply | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.get(owner)?.resolve(null);
      this.#waiting.set(owner, { owner, question, resolve, reject });
      owner.onPython(this.#state);
      // A failed start rejects every request through #end.
      this.start().then(() => this.#next(), () => {});
    });
  }

  /** Ends the worker, whatever it is doing; the next request starts another. */
  stop(): void {
    this.#end(new Stopped("Stopped."));
  }

  async #start(): Promise<void> {
    this.#tell(t("fetching_python"));
    await new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      const fail = (message: string): void => this.#end(new Error(message));
      const receive = (message: FromWorker): void => {
        if (message.type === "ready") {
          clearTimeout(this.#limit);
          resolve();
        } else if (message.type === "fetched") {
          if (this.#ready) return;
          this.#tell(t("starting_python"));
          this.#limit = window.setTimeout(() => fail(t("python_timed_out")), START_LIMIT);
        } else {
          clearTimeout(this.#limit);
          this.#receive(message);
        }
      };
      const url = `${this.base}worker.mjs`;
      const channel = (this.use !== "figures" || keepsPage() ? undefined : shared(url, BUILD, receive, fail)) ?? dedicated(url, receive, fail);
      this.#channel = channel;
      channel.post({
        type: "start",
        folder: this.folder,
        archive: `${this.base}pyodide/python.zip`,
        willSendWasm: channel.sendsWasm,
      });
      if (!channel.sendsWasm) return;
      const address = `${this.folder}pyodide.asm.wasm`;
      if (!compiled.has(address)) compiled.set(address, compile(address));
      compiled.get(address)!.then(
        (wasm) => channel.post({ type: "wasm", wasm }),
        (error: Error) => {
          compiled.delete(address);
          this.#end(error);
        },
      );
    });
    this.#ready = true;
    this.#tell("");
  }

  #tell(state: string): void {
    this.#state = state;
    for (const owner of this.#waiting.keys()) owner.onPython(state);
  }

  #next(): void {
    if (this.#running || !this.#ready) return;
    const first = this.#waiting.values().next();
    if (first.done) return;
    const request = first.value;
    this.#waiting.delete(request.owner);
    this.#running = { ...request, id: ++this.#lastId };
    this.#channel!.post({ ...request.question, id: this.#lastId });
    if (this.use === "code") {
      const seconds = CODE_LIMIT / 1000;
      this.#limit = window.setTimeout(() => this.#end(new CodeError(t("code_timed_out", { seconds }), null)), CODE_LIMIT);
    }
  }

  #receive(message: Exclude<FromWorker, { type: "ready" | "fetched" }>): void {
    if (message.type === "failed") {
      this.#end(new Error(message.message));
      return;
    }
    const running = this.#running;
    if (running?.id !== message.id) return;
    if (message.type === "reading") {
      running.owner.onPython(message.state);
      return;
    }
    this.#running = undefined;
    if (message.type === "answer") running.resolve(message.answer);
    else if (message.type === "models") running.resolve(message.models);
    else if (message.type === "contested" || message.type === "marked") running.resolve(message.made);
    else if (message.type === "quantized") running.resolve(message);
    else if (message.option === null && this.use === "code") running.reject(new CodeError(message.message, message.line));
    else running.reject(new OptionError(message.message, message.option));
    this.#next();
  }

  #end(error: Error): void {
    clearTimeout(this.#limit);
    this.#channel?.end();
    this.#channel = undefined;
    this.#starting = undefined;
    this.#ready = false;
    this.#fail(error);
    this.#tell("");
    const left = [...this.#waiting.values()];
    if (this.#running) left.push(this.#running);
    this.#waiting.clear();
    this.#running = undefined;
    for (const request of left) request.reject(error);
  }
}
