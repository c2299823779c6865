/** What the page and the worker say to each other. The calls themselves are of `generated/protocol.ts`. */
import type { CustomWidgetFiles } from "../generated/attributes.ts";
import type { CallError, Calls } from "../generated/protocol.ts";
import type { PyodideScripts } from "./pyodide_files.ts";

export type Method = keyof Calls;

/** What `engine.core.dispatch.call` gives, as JSON. */
export type Outcome<M extends Method> =
  | { answer: Calls[M]["answer"]; error?: undefined }
  | { answer?: undefined; error: CallError };

/** The answer to a call, and the bytes beside it. */
export interface Reply<M extends Method> {
  answer: Calls[M]["answer"];
  data: Calls[M]["gives"];
}

/** Option names and their texts, as a directive gives them. */
export type Strings = Record<string, string>;

/** Where things are. Answered by `ready` or `failed`, at once where Python runs already. */
export interface Start {
  type: "start";
  folder: string;
  /** Pyodide's scripts in it. */
  scripts: PyodideScripts;
  archive: string;
  /** Widgets and methods that will be called first: the Python that they need is fetched at once. */
  wanted: string[];
  /** The page compiles the WebAssembly and sends it as soon as it has it. */
  willSendWasm: boolean;
}

/** A custom widget's module, and the addresses of its files: the archive of its Python, and the packages that it needs, each after those that it needs itself. */
export type CustomAddresses = Pick<CustomWidgetFiles, "file" | "module" | "wheels">;

/** Answered by `outcome`. */
export interface Call {
  type: "call";
  id: number;
  method: Method;
  /** JSON. */
  params: string;
  data?: Uint8Array | undefined;
  /** The addresses of a custom widget's files, which are mounted first. */
  archive?: CustomAddresses | undefined;
  /** The method, and the widget that it is about: what its Python is found by. */
  wanted: string[];
}

/** A GGUF file of the reader's own, or the address of one. */
export type GgufFile = File | string;

/** Reads the headers of files, and nothing else in them. Answered by any number of `reading`, then `outcome`. */
export interface Read {
  type: "read";
  id: number;
  files: GgufFile[];
}

export type ToWorker =
  | Start
  | Call
  | Read
  | { type: "wasm"; wasm: WebAssembly.Module }
  /** A shared worker that nobody wants any more ends itself when it is done with what it does. */
  | { type: "close" };

/** All that the worker of the reader's code needs; the frame is sent bytes of WebAssembly, and compiles them once for all its workers. */
export interface LiveFiles<Wasm = WebAssembly.Module> {
  /** Pyodide's two scripts. */
  loader: string;
  runtime: string;
  /** Pyodide's WebAssembly. */
  wasm: Wasm;
  /** The Python modules that it starts with, and all others. */
  library: ArrayBuffer;
  others: Uint8Array<ArrayBuffer>;
}

/** What a frame is sent once. */
export interface FrameFiles {
  type: "files";
  /** The worker's script. */
  script: string;
  files: LiveFiles<ArrayBuffer>;
}

/** To the frame of the reader's code. */
export type ToFrame =
  | FrameFiles
  /** Starts a worker, with a port for it. */
  | { type: "start" }
  /** Ends the worker, if there is one. Answered by `here`. */
  | { type: "end" };

/** What the frame says of itself and its worker. */
export type FrameSays =
  | { type: "here" }
  /** The site's policy blocks the worker. */
  | { type: "blocked" }
  | { type: "failed"; message: string };

/** A call of `live_step`. */
export interface LiveCall {
  id: number;
  /** JSON. */
  params: string;
  custom?: CustomFiles | undefined;
}

/** What the worker of the reader's code says. Once code has run in it, it may say anything. */
export type InterpreterSays =
  | { type: "ready" }
  /** The site's policy blocks the start. */
  | { type: "blocked" }
  | { type: "failed"; message: string }
  /** JSON, as `Outcome` has it. */
  | { type: "outcome"; id: number; outcome: string };

/** The files of a custom widget. */
export interface CustomFiles {
  /** Tells them apart from the files of any other widget, and of any other version of this one. */
  id: string;
  /** The archive's address, whose name ends with a hash of its contents. */
  file: string;
  module: string;
  data: Uint8Array;
  /** Packages, by address, in the order to unpack them. */
  wheels: { file: string; sha256: string; data: ArrayBuffer }[];
}

/** What a Content-Security-Policy refused. */
export interface Violation {
  directive: string;
  /** An address, or a word such as `wasm-eval`. */
  blocked: string;
}

export type FromWorker =
  /** Everything has arrived. */
  | { type: "fetched" }
  | { type: "ready" }
  | { type: "failed"; message: string; violation?: Violation | undefined }
  | { type: "reading"; id: number; state: string }
  /** `outcome` is JSON. */
  | { type: "outcome"; id: number; outcome: string; data?: unknown };

/** Within the worker, calls a method of Python; gives its outcome as JSON, and the bytes beside it. */
export type PythonCall = (
  method: Method,
  params: string,
  data?: Uint8Array,
) => [outcome: string, data?: Uint8Array<ArrayBuffer>];
