/**
 * The worker: Pyodide with the engine, answering one request at a time. It runs as a worker of one page, or shared by the
 * pages of a visit.
 *
 * A module worker, because Pyodide 314 refuses classic ones. It is ended from outside when it takes too long: without
 * cross-origin isolation, which GitHub Pages cannot give, Python in it cannot be interrupted.
 */
import { PYODIDE_INFO, PYODIDE_VERSION } from "../generated/pyodide.ts";
import { readHeaders, type PageFiles } from "./headers.ts";
import type { Ask, Contest, Curve, FromWorker, Mark, Quantize, Start, ToWorker } from "./messages.ts";

import { compile } from "./wasm.ts";

type Send = (message: FromWorker) => void;

/** `engine.page`. */
interface Page {
  respond(widget: string, options: string, sources: string, code: string): string;
  contest(step: string, argument: string): string;
  install(): void;
}

/** `engine.page_quantize`. */
interface PageQuantize {
  plan_pieces(options: string, sources: string, file: Uint8Array): string;
  encode_piece(piece: string, data: Uint8Array): Pair;
  own_weights(piece: string, data: Uint8Array): string;
  own_stored(piece: string, blocks: string, decoded: string, data: Uint8Array): Pair;
  scheme_stored(piece: string, options: string, code: string, data: Uint8Array): Pair;
}

interface Pair {
  toJs(): [Uint8Array<ArrayBuffer>, string];
  destroy(): void;
}

/** `engine.page_marks`. */
interface PageMarks {
  marks(prompt: string, answer: string): string;
  curve(runs: string): string;
}

interface Pyodide {
  pyimport(module: "mkdocs_quantlab.engine.page"): Page;
  pyimport(module: "mkdocs_quantlab.engine.page_files"): PageFiles;
  pyimport(module: "mkdocs_quantlab.engine.page_quantize"): PageQuantize;
  pyimport(module: "mkdocs_quantlab.engine.page_marks"): PageMarks;
}

/** What answers. */
interface Python {
  page: Page;
  pyodide: Pyodide;
}

let starting: Promise<Python> | undefined;
let receiveWasm: (wasm: WebAssembly.Module) => void;
const sentWasm = new Promise<WebAssembly.Module>((resolve) => (receiveWasm = resolve));

/** What Pyodide is given when it asks for its wasm: never read, because instantiation is replaced as well. */
const EMPTY_WASM = { headers: { "content-type": "application/wasm" } };

/**
 * Puts itself between Pyodide and what it fetches: the WebAssembly is compiled elsewhere, and what does not arrive is an error.
 * Pyodide by itself would wait for ever.
 *
 * @returns Settles when everything has arrived, or the first thing has not.
 */
function intercept({ folder, archive, willSendWasm }: Start): Promise<unknown> {
  const wasmUrl = `${folder}pyodide.asm.wasm`;
  const { fetch: realFetch } = self;
  const wasm = willSendWasm ? sentWasm : compile(wasmUrl);
  const library = realFetch(archive).then((response) => {
    if (!response.ok) throw new Error(`${archive} answered ${response.status}.`);
    return response.arrayBuffer();
  });
  self.fetch = async (input, init) => {
    const url = String(input);
    if (url === wasmUrl) return new Response(null, EMPTY_WASM);
    return url === archive ? new Response(await library) : realFetch(input, init);
  };
  WebAssembly.instantiateStreaming = async (_source, imports) => {
    const module = await wasm;
    return { module, instance: await WebAssembly.instantiate(module, imports) };
  };
  return Promise.all([wasm, library]);
}

async function start(message: Start, fetched: () => void): Promise<Python> {
  const { folder, archive } = message;
  const arrival = intercept(message).then(fetched);
  arrival.catch(() => {}); // awaited below, if it comes to that
  const module = await import(`${folder}pyodide.mjs`);
  if (module.version !== PYODIDE_VERSION) {
    throw new Error(`${folder} holds Pyodide ${module.version}, but this site needs ${PYODIDE_VERSION}.`);
  }
  const loading: Promise<Pyodide> = module.loadPyodide({
    indexURL: folder,
    stdLibURL: archive,
    // No packages: an empty lock saves a request, and nothing can be fetched from elsewhere.
    lockFileContents: { info: PYODIDE_INFO, packages: {} },
    packageBaseUrl: folder,
  });
  await arrival;
  const pyodide = await loading;
  const page = pyodide.pyimport("mkdocs_quantlab.engine.page");
  page.install();
  return { page, pyodide };
}

function ask({ page }: Python, { id, widget, options, sources, code }: Ask, send: Send): void {
  const result = JSON.parse(page.respond(widget, JSON.stringify(options), sources, code));
  if (result.answer) send({ type: "answer", id, answer: result.answer });
  else send({ type: "error", id, message: result.message, option: result.option, line: result.line });
}

function contest({ page }: Python, { id, step, argument }: Contest, send: Send): void {
  const result = JSON.parse(page.contest(step, argument));
  if (result.answer) send({ type: "contested", id, made: result.answer });
  else send({ type: "error", id, message: result.message, option: null, line: result.line });
}

function quantize({ pyodide }: Python, { id, step, texts, data }: Quantize, send: Send): void {
  const page = pyodide.pyimport("mkdocs_quantlab.engine.page_quantize");
  const [first, second, third] = texts as [string, string, string];
  const answer = {
    plan: () => page.plan_pieces(first, second, data),
    encode: () => page.encode_piece(first, data),
    own_weights: () => page.own_weights(first, data),
    own_stored: () => page.own_stored(first, second, third, data),
    scheme_stored: () => page.scheme_stored(first, second, third, data),
  }[step]();
  let said: string;
  let bytes: Uint8Array<ArrayBuffer> | null = null;
  if (typeof answer === "string") {
    said = answer;
  } else {
    [bytes, said] = answer.toJs();
    answer.destroy();
  }
  const made = JSON.parse(said);
  if (made.message) send({ type: "error", id, message: made.message, option: null, line: null });
  else send({ type: "quantized", id, made, data: bytes });
}

function mark({ pyodide }: Python, question: Mark | Curve, send: Send): void {
  const page = pyodide.pyimport("mkdocs_quantlab.engine.page_marks");
  const made = JSON.parse(question.type === "mark" ? page.marks(question.prompt, question.answer) : page.curve(question.runs));
  send({ type: "marked", id: question.id, made });
}

async function receive(message: ToWorker, send: Send): Promise<void> {
  try {
    if (message.type === "start") {
      starting ??= start(message, () => send({ type: "fetched" }));
      await starting;
      send({ type: "ready" });
    } else if (message.type === "ask") {
      ask(await starting!, message, send);
    } else if (message.type === "contest") {
      contest(await starting!, message, send);
    } else if (message.type === "quantize") {
      quantize(await starting!, message, send);
    } else if (message.type === "mark" || message.type === "curve") {
      mark(await starting!, message, send);
    } else if (message.type === "read") {
      await readHeaders((await starting!).pyodide.pyimport("mkdocs_quantlab.engine.page_files"), message, send);
    } else if (message.type === "wasm") {
      receiveWasm(message.wasm);
    } else {
      for (const port of ports) port.postMessage({ type: "failed", message: "it was stopped in another tab." } satisfies FromWorker);
      close();
    }
  } catch (error) {
    // Not an option's fault but ours, or memory ran out: say so, and let the page start anew.
    // A Python error's last line is the one that says what happened.
    const message = error instanceof Error || (error as Error)?.message ? (error as Error).message : String(error);
    send({ type: "failed", message: message.trim().split("\n").at(-1) ?? "" });
  }
}

/** Where the worker is shared: the pages it serves, the last of which may be gone. */
const ports: MessagePort[] = [];

if ("onconnect" in self) {
  self.onconnect = (event: MessageEvent) => {
    const port = event.ports[0]!;
    ports.push(port);
    port.onmessage = ({ data }: MessageEvent<ToWorker>) => receive(data, (message) => port.postMessage(message));
  };
} else {
  self.onmessage = ({ data }: MessageEvent<ToWorker>) => receive(data, (message) => postMessage(message));
}
