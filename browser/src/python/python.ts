/**
 * Python for the page: one worker for all widgets, started when first needed.
 *
 * Requests queue. A widget's newer request takes the place of its older one that still waits, so that a dragged slider
 * never falls behind.
 */
import { page } from "../generated/texts.ts";
import { ownTask } from "../ui/own_task.ts";
import { texts } from "../ui/texts.ts";
import { dedicated, keepsPage, shared, type Channel } from "./channel.ts";
import type { Calls, ModelHeader } from "../generated/protocol.ts";
import type { FromWorker, GgufFile, Method, Outcome, CustomAddresses, Reply, ToWorker, Violation } from "./messages.ts";
import type { Owner } from "./owner.ts";
import { scriptsOf } from "./pyodide_files.ts";
import { reasonOf } from "./refusals.ts";
import { watchStart } from "./start_timeout.ts";
import { OptionError, Stopped, WorkerError } from "./errors.ts";
import { watch } from "./violations.ts";
import { compile } from "./wasm.ts";

/** A hash of all archives: tells apart two versions of a site. */
declare const BUILD: string;

const t = texts("page", page);

/** What a Python is for: the engine's `figures`, or long `work` of the engine, in a worker that nobody shares and that can be ended while it computes. */
export type Use = "figures" | "work";

interface Request {
  owner: Owner;
  /** What is posted to the worker. */
  message(id: number): ToWorker;
  /** Takes what came of it. */
  settle(outcome: string, data: unknown): void;
  /** A newer request took its place. */
  replace(): void;
  reject(error: Error): void;
}

const refused = watch(document);

/** Compiled once for all interpreters of the page. */
const compiled = new Map<string, Promise<WebAssembly.Module>>();

function wasmOf(folder: string): Promise<WebAssembly.Module> {
  const address = `${folder}pyodide.asm.wasm`;
  let wasm = compiled.get(address);
  if (!wasm) {
    compiled.set(address, (wasm = compile(address)));
    wasm.catch(() => compiled.delete(address));
  }
  return wasm;
}

export class Python {
  #channel: Channel | undefined;
  #starting: Promise<void> | undefined;
  #ready = false;
  #fail: (error: Error) => void = () => {};
  /** Ends the watch over a start. */
  #unwatch: () => void = () => {};
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

  /**
   * Starts what is not started yet.
   *
   * @param wanted Widgets and methods that will be called first.
   */
  start(...wanted: string[]): Promise<void> {
    if (this.#starting) return this.#starting;
    const starting = this.#start(wanted);
    this.#starting = starting;
    // What ended it already may have been followed by another start.
    starting.catch((error: Error) => {
      if (this.#starting === starting) this.#end(error);
    });
    return starting;
  }

  /**
   * Calls a method of `engine.core.dispatch`, but for the one that runs the reader's code, which this interpreter never sees.
   *
   * @param owner Whoever asks: its newer request replaces its waiting one.
   * @param data Bytes, where the method takes some.
   * @returns The answer, or null where a newer request took its place.
   * @throws OptionError What the reader gave is not accepted.
   */
  call<M extends Exclude<Method, "live_step">>(
    owner: Owner,
    method: M,
    params: Calls[M]["params"],
    ...[data]: Calls[M]["sends"]
  ): Promise<Reply<M> | null> {
    const text = JSON.stringify(params);
    const wanted = "widget" in params ? [method, params.widget] : [method];
    return this.#request(owner, wanted, (id) => ({ type: "call", id, method, params: text, data, wanted }));
  }

  /**
   * Calls a method for a figure, which may be of a custom widget.
   *
   * @param owner Whoever asks: its newer request replaces its waiting one.
   * @param custom The files of a custom widget, beside the page's script.
   * @returns The answer, or null where a newer request took its place.
   */
  figure<M extends "draw" | "live_inputs">(
    owner: Owner,
    method: M,
    params: Calls[M]["params"],
    custom?: CustomAddresses,
  ): Promise<Reply<M> | null> {
    const text = JSON.stringify(params);
    const archive = custom && this.at(custom);
    const wanted = [method, custom ? "mount" : params.widget];
    return this.#request(owner, wanted, (id) => ({ type: "call", id, method, params: text, wanted, archive }));
  }

  /** Addresses that are beside the page's script, in full. */
  at({ file, module, wheels = [] }: CustomAddresses): CustomAddresses {
    return {
      file: this.base + file,
      module,
      wheels: wheels.map((wheel) => ({ ...wheel, file: this.base + wheel.file })),
    };
  }

  /**
   * Reads the headers of GGUF files.
   *
   * @param owner Whoever asks: its newer request replaces its waiting one.
   * @returns The models, or null where a newer request took its place.
   */
  async read(owner: Owner, files: GgufFile[]): Promise<ModelHeader[] | null> {
    const reply = await this.#request<"continue_reading">(owner, ["read_headers"], (id) => ({
      type: "read",
      id,
      files,
    }));
    return reply && "models" in reply.answer ? reply.answer.models : null;
  }

  #request<M extends Method>(owner: Owner, wanted: string[], message: Request["message"]): Promise<Reply<M> | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.get(owner)?.replace();
      this.#waiting.set(owner, {
        owner,
        message,
        settle: (outcome, data) => {
          // Where JSON becomes a type: both are of the method's function, whose annotations `Calls` is made from.
          const { answer, error }: Outcome<M> = JSON.parse(outcome);
          if (!error) resolve({ answer, data: data as Calls[M]["gives"] });
          else reject(new OptionError(error.message, error.option));
        },
        replace: () => resolve(null),
        reject,
      });
      owner.onPython(this.#state);
      // A failed start rejects every request through #end.
      this.start(...wanted).then(
        () => this.#next(),
        () => {},
      );
    });
  }

  /** Ends the worker, whatever it is doing; the next request starts another. */
  stop(): void {
    this.#end(new Stopped());
  }

  async #start(wanted: string[]): Promise<void> {
    this.#tell(t("fetching_python"));
    await new Promise<void>((resolve, reject) => {
      this.#fail = reject;
      const fail = (message: string, violation?: Violation): void => void this.#refuse(new Error(message), violation);
      const receive = (message: FromWorker): void => {
        if (message.type === "ready") {
          this.#unwatch();
          resolve();
        } else if (message.type === "failed" && !this.#ready) {
          void this.#refuse(new WorkerError(message.message), message.violation);
        } else if (message.type === "fetched") {
          if (this.#ready) return;
          this.#tell(t("starting_python"));
          this.#unwatch = watchStart((state) => this.#tell(state), fail);
        } else {
          this.#unwatch();
          this.#receive(message);
        }
      };
      const archive = `${this.base}pyodide/python.zip`;
      const scripts = scriptsOf(this.base, this.folder);
      const url = `${this.base}worker.js`;
      let channel: Channel;
      try {
        channel =
          (this.use !== "figures" || keepsPage() ? undefined : shared(url, BUILD, receive, fail)) ??
          dedicated(url, receive, fail);
      } catch (error) {
        fail((error as Error).message);
        return;
      }
      this.#channel = channel;
      channel.post({ type: "start", folder: this.folder, scripts, archive, wanted, willSendWasm: channel.sendsWasm });
      if (!channel.sendsWasm) return;
      wasmOf(this.folder).then(
        (wasm) => channel.post({ type: "wasm", wasm }),
        (error: Error) => fail(error.message),
      );
    });
    this.#ready = true;
    this.#tell("");
  }

  /** Ends a start that failed, with its reason. */
  async #refuse(failure: Error, violation?: Violation): Promise<void> {
    const channel = this.#channel;
    await ownTask(); // what the policy refused is told a moment later
    const { loader, runtime } = scriptsOf(this.base, this.folder);
    const reason = await reasonOf(failure.message, violation ?? refused(), [`${this.base}worker.js`, loader, runtime]);
    if (this.#channel === channel) this.#end(reason === failure.message ? failure : new Error(reason));
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
    this.#channel!.post(request.message(this.#lastId));
  }

  #receive(message: Exclude<FromWorker, { type: "ready" | "fetched" }>): void {
    const running = this.#running;
    if (message.type === "failed") {
      this.#end(new WorkerError(message.message));
      return;
    }
    if (running?.id !== message.id) return;
    if (message.type === "reading") {
      running.owner.onPython(message.state, "en");
      return;
    }
    this.#running = undefined;
    running.settle(message.outcome, message.data);
    this.#next();
  }

  #end(error: Error): void {
    this.#unwatch();
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
