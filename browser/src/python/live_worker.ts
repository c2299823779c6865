/**
 * The worker that runs the reader's code: Pyodide with the engine, one call at a time.
 *
 * A classic script that fetches nothing: all it needs comes by message, so that it also runs where nothing can be fetched. It is ended
 * from outside when it takes too long, as the page's own worker is.
 */
import { PYODIDE_INFO, PYODIDE_VERSION } from "../generated/pyodide.ts";
import type { FromWorker, LiveFiles, ToLiveWorker } from "./messages.ts";
import { mount } from "./mount.ts";
import { t } from "./worker_texts.ts";

type Dispatch = (method: string, params: string, data?: Uint8Array) => { toJs(): [outcome: string]; destroy(): void };

/** Where Pyodide looks for its files. No request goes there: `.invalid` is nobody's. */
const FOLDER = "https://files-by-message.invalid/";
const LIBRARY = `${FOLDER}python.zip`;

/** The address of a script that came as text. */
const address = (text: string): string => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));

function refuse(): never {
  throw new TypeError(t("code_fetches"));
}

async function start({ loader, runtime, wasm, library, others }: LiveFiles): Promise<Dispatch> {
  self.fetch = async (input) => {
    const url = String(input instanceof Request ? input.url : input);
    if (url === LIBRARY) return new Response(library);
    // Never read, because instantiation is replaced as well.
    if (url === `${FOLDER}pyodide.asm.wasm`)
      return new Response(null, { headers: { "content-type": "application/wasm" } });
    refuse();
  };
  // Pyodide refuses classic workers, which it tells by this function: it would import its scripts with it. It is given them.
  self.importScripts = refuse;
  WebAssembly.instantiateStreaming = async (_source, imports) => {
    const module = wasm instanceof WebAssembly.Module ? wasm : await WebAssembly.compile(wasm);
    return { module, instance: await WebAssembly.instantiate(module, imports) };
  };
  const addresses = [address(loader), address(runtime)] as const;
  const [{ loadPyodide, version }, { default: createPyodideModule }] = await Promise.all([
    import(addresses[0]),
    import(addresses[1]),
  ]);
  addresses.forEach((each) => URL.revokeObjectURL(each));
  if (version !== PYODIDE_VERSION)
    throw new Error(t("wrong_version_here", { found: version, version: PYODIDE_VERSION }));
  pyodide = await loadPyodide({
    indexURL: FOLDER,
    stdLibURL: LIBRARY,
    createPyodideModule,
    lockFileContents: { info: PYODIDE_INFO, packages: {} },
    packageBaseUrl: FOLDER,
  });
  const { call } = pyodide.pyimport("mkdocs_quantlab.engine.core.dispatch");
  call("start", "{}").destroy();
  call("add_archive", JSON.stringify({ name: "all" }), others).destroy();
  return call;
}

let starting: Promise<Dispatch> | undefined;
let pyodide: { pyimport(module: string): { call: Dispatch }; unpackArchive(wheel: ArrayBuffer, format: "wheel"): void };

const send = (message: FromWorker): void => postMessage(message);

self.onmessage = async ({ data: message }: MessageEvent<ToLiveWorker>) => {
  try {
    if (message.type === "files") {
      starting ??= start(message.files);
      await starting;
      send({ type: "ready" });
    } else {
      const call = await starting!;
      if (message.own) mount(pyodide, (params, data) => call("mount", params, data).destroy(), message.own);
      const pair = call(message.method, message.params);
      const [outcome] = pair.toJs();
      pair.destroy();
      send({ type: "outcome", id: message.id, outcome });
    }
  } catch (error) {
    const text = String((error as Error | undefined)?.message ?? error);
    send({ type: "failed", message: text.trim().split("\n").at(-1) ?? "" });
  }
};
