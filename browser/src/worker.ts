/**
 * The worker: Pyodide with the engine, answering one request at a time. It runs as a worker of one page, or shared by the
 * pages of a visit.
 *
 * A module worker, because Pyodide 314 refuses classic ones. It is ended from outside when it takes too long: without
 * cross-origin isolation, which GitHub Pages cannot give, Python in it cannot be interrupted.
 */
import type { Ask, FromWorker, Start, ToWorker } from "./messages.ts";

type Send = (message: FromWorker) => void;
type Respond = (widget: string, options: string) => string;

interface Pyodide {
  pyimport(module: string): { respond: Respond; install(): void };
}

let starting: Promise<Respond> | undefined;
let receiveWasm: (wasm: WebAssembly.Module) => void;
const sentWasm = new Promise<WebAssembly.Module>((resolve) => (receiveWasm = resolve));

/**
 * Hands Pyodide the module that the page compiled, in place of fetching and compiling it once more, and notes when
 * everything has arrived. The functions are put back as soon as they were used.
 */
function intercept({ folder, archive, willSendWasm }: Start, fetched: () => void): void {
  const { fetch: realFetch } = self;
  const realInstantiate = WebAssembly.instantiateStreaming;
  const arrivals: Promise<unknown>[] = [];
  self.fetch = async (input, init) => {
    const url = String(input);
    if (willSendWasm && url === `${folder}pyodide.asm.wasm`) {
      return new Response(null, { headers: { "content-type": "application/wasm" } });
    }
    const response = realFetch(input, init);
    if (url === archive) {
      self.fetch = realFetch;
      arrivals.push(response.then((found) => found.clone().arrayBuffer()));
      if (willSendWasm) arrivals.push(sentWasm);
      Promise.all(arrivals).then(fetched, () => {});
    }
    return response;
  };
  if (!willSendWasm) return;
  WebAssembly.instantiateStreaming = async (_source, imports) => {
    WebAssembly.instantiateStreaming = realInstantiate;
    const module = await sentWasm;
    return { module, instance: await WebAssembly.instantiate(module, imports) };
  };
}

async function start(message: Start, fetched: () => void): Promise<Respond> {
  const { folder, archive, version } = message;
  const module = await import(`${folder}pyodide.mjs`);
  if (module.version !== version) {
    throw new Error(`${folder} holds Pyodide ${module.version}, but this site needs ${version}.`);
  }
  intercept(message, fetched);
  const pyodide: Pyodide = await module.loadPyodide({
    indexURL: folder,
    stdLibURL: archive,
    // No packages: an empty lock saves a request, and nothing can be fetched from elsewhere.
    lockFileContents: { info: { python: "3.14.2", arch: "wasm32", platform: "emscripten_5_0_3", abi_version: "2026_0" }, packages: {} },
    packageBaseUrl: folder,
  });
  const page = pyodide.pyimport("mkdocs_quantlab.engine.page");
  page.install();
  return page.respond;
}

function ask(respond: Respond, { id, widget, options }: Ask, send: Send): void {
  const result = JSON.parse(respond(widget, JSON.stringify(options)));
  if (result.answer) send({ type: "answer", id, answer: result.answer });
  else send({ type: "error", id, message: result.message, option: result.option });
}

async function receive(message: ToWorker, send: Send): Promise<void> {
  try {
    if (message.type === "start") {
      starting ??= start(message, () => send({ type: "fetched" }));
      await starting;
      send({ type: "ready" });
    } else if (message.type === "ask") {
      ask(await starting!, message, send);
    } else if (message.type === "wasm") {
      receiveWasm(message.wasm);
    } else {
      close();
    }
  } catch (error) {
    // Not an option's fault but ours, or memory ran out: say so, and let the page start anew.
    starting = undefined;
    send({ type: "failed", message: String(error).trim().split("\n").at(-1) ?? "" });
  }
}

if ("onconnect" in self) {
  self.onconnect = (event: MessageEvent) => {
    const port = event.ports[0]!;
    port.onmessage = ({ data }: MessageEvent<ToWorker>) => receive(data, (message) => port.postMessage(message));
  };
} else {
  self.onmessage = ({ data }: MessageEvent<ToWorker>) => receive(data, (message) => postMessage(message));
}
