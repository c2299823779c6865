/**
 * llama.cpp in the document: fetched once, with one model in memory at a time, for all chats.
 *
 * What it fetches is the site's own: wllama's script and WebAssembly, and the models that the site has. Nothing is fetched
 * before a reader asked for it, and all of it is given back when the last chat leaves the document.
 */
import { BASE } from "../ui/base.ts";
import type { Loaded } from "./wllama.ts";
import { GgufError, readFile, readHeader, type Header } from "./gguf.ts";
import { ofModel as t } from "./texts.ts";
import { EndpointError } from "./wire.ts";

/** Put in by the build: wllama's version, bytes of its WebAssembly, and of script and WebAssembly as a server sends them compressed. */
declare const WLLAMA: { readonly version: string; readonly wasm: number; readonly sent: number };

/** Tokens of a context, at most: what a context takes in memory grows with it, and models are made for up to a million. */
const CONTEXT = 4096;

/** An answer that was stopped has this long to end, in milliseconds: a long prompt is read in one piece. */
const PATIENCE = 2000;

/** A model's file: the site's own, or one that is in the page already. */
export type Source = Blob | { readonly url: string; readonly size: number; readonly sha256: string };

/** What tells two files apart. */
function keyOf(source: Source): Blob | string {
  return source instanceof Blob ? source : source.url;
}

/** What is being done, for the reader. */
export interface Progress {
  readonly doing: string;
  /** Bytes; equal where there is nothing to count. */
  readonly done: number;
  readonly all: number;
}

interface Runtime {
  load(wasm: string, file: Blob, context: number, signal: AbortSignal): Promise<Loaded>;
  /** The address of the WebAssembly, which is in memory. */
  readonly wasm: string;
  /** Kept so that the browser has it ready for the next worker. */
  readonly module: WebAssembly.Module;
}

/** Why this browser cannot run a model, in a sentence; undefined where it can. */
export function lack(): string | undefined {
  if (typeof WebAssembly !== "object") return t("no_webassembly");
  try {
    // What wllama's build needs; the types know no memories with 64-bit addresses yet.
    new WebAssembly.Memory({ address: "i64", initial: 1n } as unknown as WebAssembly.MemoryDescriptor);
  } catch {
    return t("no_memory64");
  }
  if (!globalThis.crypto?.subtle) return t("plain_http");
  if (location.protocol === "file:") return t("from_file");
  return undefined;
}

/** Tells of its progress by the event `progress`. */
export class Engine extends EventTarget {
  progress: Progress | undefined;

  #holders = 0;
  #presence = new AbortController();
  #runtime: Runtime | undefined;
  readonly #fetched = new Map<string, Blob>();
  readonly #headers = new Map<Blob | string, Header>();
  #loaded: { key: Blob | string; model: Loaded } | undefined;
  #line: Promise<unknown> = Promise.resolve();

  constructor() {
    super();
    // A page that the browser keeps for the way back must not keep a model.
    globalThis.addEventListener?.("pagehide", () => this.#free());
  }

  /** Keeps what is in memory until the function that this gives is called; the last one frees it. */
  hold(): () => void {
    this.#holders++;
    return () => {
      this.#holders--;
      // An element that is moved within the page leaves it for a moment.
      setTimeout(() => this.#holders || this.#free());
    };
  }

  /** Bytes that answers of these models would have to fetch first. */
  toFetch(sources: readonly Source[]): number {
    const files = sources.filter((source) => !(source instanceof Blob || this.#fetched.has(source.url)));
    return (this.#runtime ? 0 : WLLAMA.sent) + files.reduce((sum, { size }) => sum + size, 0);
  }

  /** A model's header, of which no more is fetched than it needs. @throws EndpointError */
  async header(source: Source, name: string, signal?: AbortSignal): Promise<Header> {
    const known = this.#headers.get(keyOf(source));
    if (known) return known;
    const header = await naming(name, async () => {
      const file = source instanceof Blob ? source : this.#fetched.get(source.url);
      return file ? readFile(file) : fetchedHeader(source as Exclude<Source, Blob>, signal);
    });
    this.#headers.set(keyOf(source), header);
    return header;
  }

  /**
   * Runs something with a model in memory, when nothing else does. What is missing is fetched; another model is taken out.
   *
   * @param use Given the model, a signal that ends it, and the milliseconds that loading took: 0 where it was there.
   * @throws EndpointError
   */
  async use<T>(
    source: Source,
    name: string,
    signal: AbortSignal,
    use: (model: Loaded, signal: AbortSignal, load: number) => Promise<T>,
  ): Promise<T> {
    const turn = this.#line.then(async () => {
      if (!this.#holders) throw new EndpointError(t("left"));
      if (this.#presence.signal.aborted) this.#presence = new AbortController();
      const left = this.#presence.signal;
      const either = AbortSignal.any([signal, left]);
      try {
        either.throwIfAborted();
        const begun = performance.now();
        const isThere = this.#loaded?.key === keyOf(source);
        const model = isThere ? this.#loaded!.model : await this.#load(source, name, either);
        return await this.#ended(use(model, either, isThere ? 0 : performance.now() - begun), either);
      } catch (error) {
        if (left.aborted) throw new EndpointError(t("left"));
        throw error;
      } finally {
        this.#tell(undefined);
      }
    });
    this.#line = turn.catch(() => {});
    return turn;
  }

  /** Takes the model out of memory: the worker that has it is ended. */
  drop(): void {
    this.#loaded?.model.end();
    this.#loaded = undefined;
  }

  #free(): void {
    this.#presence.abort();
    this.drop();
    if (this.#runtime) URL.revokeObjectURL(this.#runtime.wasm);
    this.#runtime = undefined;
    this.#fetched.clear();
    this.#headers.clear();
  }

  /** What an answer gives; one that does not end when it is told to is ended with its worker. */
  async #ended<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let giveUp!: (reason: unknown) => void;
    const overdue = new Promise<never>((_, reject) => (giveUp = reject));
    const onAbort = (): void => {
      timer = setTimeout(() => {
        this.drop();
        giveUp(signal.reason);
      }, PATIENCE);
    };
    signal.addEventListener("abort", onAbort);
    try {
      return await Promise.race([answer, overdue]);
    } finally {
      signal.removeEventListener("abort", onAbort);
      clearTimeout(timer);
    }
  }

  async #load(source: Source, name: string, signal: AbortSignal): Promise<Loaded> {
    const reason = lack();
    if (reason) throw new EndpointError(reason);
    // Before anything is fetched: two models in memory may be one too many.
    this.drop();
    return naming(name, async () => {
      const runtime = (this.#runtime ??= await this.#fetchRuntime(signal));
      const file = source instanceof Blob ? source : await this.#fetchModel(source, name, signal);
      const { metadata } = await readFile(file);
      this.#tell({ doing: t("loading", { name }), done: file.size, all: file.size });
      const model = await runtime.load(runtime.wasm, file, contextOf(metadata), signal).catch((error: unknown) => {
        signal.throwIfAborted();
        throw new GgufError(reasonOf(String((error as Error).message)));
      });
      if (signal.aborted) model.end();
      signal.throwIfAborted();
      this.#loaded = { key: keyOf(source), model };
      this.#tell(undefined);
      return model;
    });
  }

  async #fetchRuntime(signal: AbortSignal): Promise<Runtime> {
    const folder = `${BASE}wllama/`;
    // Script and WebAssembly must be of one version, whatever a cache has.
    const script: Promise<Pick<Runtime, "load">> = import(`${folder}wllama.js?${WLLAMA.version}`).catch(() => {
      throw new EndpointError(t("script_missing"));
    });
    script.catch(() => {});
    const scale = WLLAMA.sent / WLLAMA.wasm;
    const blob = await fetched(`${folder}wllama.wasm?${WLLAMA.version}`, "llama.cpp", signal, (done) =>
      // Servers send it compressed, and the browser counts what it unpacked.
      this.#tell({ doing: t("fetching_llama"), done: Math.min(WLLAMA.sent, done * scale), all: WLLAMA.sent }),
    );
    this.#tell({ doing: t("starting_llama"), done: WLLAMA.sent, all: WLLAMA.sent });
    const [{ load }, module] = await Promise.all([script, WebAssembly.compile(await blob.arrayBuffer())]);
    signal.throwIfAborted();
    // As the right type, whatever type the server gave it.
    return { load, module, wasm: URL.createObjectURL(new Blob([blob], { type: "application/wasm" })) };
  }

  async #fetchModel({ url, size, sha256 }: Exclude<Source, Blob>, name: string, signal: AbortSignal): Promise<Blob> {
    const known = this.#fetched.get(url);
    if (known) return known;
    const file = await fetched(url, name, signal, (done) =>
      this.#tell({ doing: t("fetching", { name }), done, all: size }),
    );
    if (file.size !== size || (await digest(file)) !== sha256) throw new EndpointError(t("damaged", { name }));
    this.#fetched.set(url, file);
    return file;
  }

  #tell(progress: Progress | undefined): void {
    this.progress = progress;
    this.dispatchEvent(new Event("progress"));
  }
}

/** The document's one engine. */
export const engine = new Engine();

function contextOf(metadata: Readonly<Record<string, unknown>>): number {
  const trained = metadata[`${String(metadata["general.architecture"])}.context_length`];
  return typeof trained === "number" && trained > 0 ? Math.min(trained, CONTEXT) : CONTEXT;
}

/** Errors of files name the file. */
async function naming<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof GgufError ? new EndpointError(t("refused", { name, reason: error.message })) : error;
  }
}

/** What llama.cpp says of a file that it does not load, as a sentence. */
function reasonOf(said: string): string {
  const architecture = /unknown model architecture: '([^']*)'/.exec(said)?.[1];
  if (architecture !== undefined) return t("unknown_architecture", { architecture: architecture.slice(0, 60) });
  if (/out of memory|\boom\b|allocat|array buffer|memory access/i.test(said)) return t("no_memory");
  const told = /error loading model: (.*)/.exec(said)?.[1];
  return told ? t("llama_says", { message: told.slice(0, 200) }) : t("not_loaded");
}

/** Fetches a file of the site's. @throws EndpointError */
async function fetched(
  url: string,
  name: string,
  signal: AbortSignal | undefined,
  tell: (done: number) => void,
): Promise<Blob> {
  const parts: BlobPart[] = [];
  let done = 0;
  tell(done);
  for await (const part of bytes(url, name, signal)) {
    parts.push(part as BlobPart);
    done += part.length;
    tell(done);
  }
  return new Blob(parts);
}

/** The header of a file of the site's; its tensors are not fetched. @throws EndpointError, GgufError */
async function fetchedHeader({ url }: { readonly url: string }, signal: AbortSignal | undefined): Promise<Header> {
  let read = new Uint8Array();
  let enough = 1 << 14;
  for await (const part of bytes(url, t("the_file"), signal)) {
    const all = new Uint8Array(read.length + part.length);
    all.set(read);
    all.set(part, read.length);
    read = all;
    // Not after each part: every attempt begins anew.
    if (read.length < enough) continue;
    const header = readHeader(read);
    if (header) return header;
    enough = 2 * read.length;
  }
  const header = readHeader(read);
  if (header) return header;
  throw new GgufError(t("header_cut"));
}

/** A file of the site's as it arrives. Whoever stops early ends the request. @throws EndpointError */
async function* bytes(url: string, name: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  let response: Response;
  const lost = (): never => {
    signal?.throwIfAborted();
    throw new EndpointError(t("connection_lost", { name }));
  };
  try {
    response = await fetch(url, signal ? { signal } : {});
  } catch {
    return lost();
  }
  if (!response.ok) throw new EndpointError(t("not_fetched", { name, status: String(response.status) }));
  const reader = response.body!.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(lost);
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** SHA-256 in hexadecimal digits. */
async function digest(file: Blob): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
