/**
 * The worker: Pyodide with the engine, answering one request at a time.
 *
 * A module worker, because Pyodide 314 refuses classic ones. It is ended from outside when it takes too long: without
 * cross-origin isolation, which GitHub Pages cannot give, Python in it cannot be interrupted.
 */
import type { Ask, FromWorker, Start, ToWorker } from "./messages.ts";

interface Pyodide {
  runPython(code: string): unknown;
}

type Respond = (widget: string, options: string) => string;

let respond: Respond | undefined;

const send = (message: FromWorker): void => postMessage(message);

/** Makes the answer, or the error an option deserves, as JSON: one text across the boundary instead of a proxy a value. */
const RESPOND = `
import json
from mkdocs_quantlab.engine.options import OptionError
from mkdocs_quantlab.engine.widgets import answer

def respond(widget, options):
    try:
        return json.dumps({"answer": answer(widget, json.loads(options))})
    except OptionError as error:
        return json.dumps({"message": str(error), "option": error.option})

respond
`;

/**
 * Hands Pyodide the module that the page compiled, in place of fetching and compiling it once more.
 * Both functions are put back as soon as they were used.
 */
function provideWasm(url: string, wasm: WebAssembly.Module): void {
  const { fetch: realFetch } = self;
  const realInstantiate = WebAssembly.instantiateStreaming;
  self.fetch = async (input, init) => {
    if (String(input) !== url) return realFetch(input, init);
    self.fetch = realFetch;
    return new Response(null, { headers: { "content-type": "application/wasm" } });
  };
  WebAssembly.instantiateStreaming = async (_source, imports) => {
    WebAssembly.instantiateStreaming = realInstantiate;
    return { module: wasm, instance: await WebAssembly.instantiate(wasm, imports) };
  };
}

async function start({ folder, archive, version, wasm }: Start): Promise<void> {
  const module = await import(`${folder}pyodide.mjs`);
  if (module.version !== version) {
    throw new Error(`${folder} holds Pyodide ${module.version}, but this site needs ${version}`);
  }
  provideWasm(`${folder}pyodide.asm.wasm`, wasm);
  const pyodide: Pyodide = await module.loadPyodide({
    indexURL: folder,
    stdLibURL: archive,
    // No packages: an empty lock saves a request, and nothing can be fetched from elsewhere.
    lockFileContents: { info: { python: "3.14.2", arch: "wasm32", platform: "emscripten_5_0_3", abi_version: "2026_0" }, packages: {} },
    packageBaseUrl: folder,
  });
  respond = pyodide.runPython(RESPOND) as Respond;
}

function ask({ id, widget, options }: Ask): void {
  const result = JSON.parse(respond!(widget, JSON.stringify(options)));
  if (result.answer) send({ type: "answer", id, answer: result.answer });
  else send({ type: "error", id, message: result.message, option: result.option });
}

self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "start") {
    try {
      await start(data);
      send({ type: "ready" });
    } catch (error) {
      send({ type: "failed", message: String(error) });
    }
    return;
  }
  try {
    ask(data);
  } catch (error) {
    // Not an option's fault but ours, or memory ran out: say so, and let the page start anew.
    send({ type: "failed", message: String(error).trim().split("\n").at(-1) ?? "" });
  }
};
