/**
 * The worker that runs the reader's code: Pyodide with the engine, one call at a time.
 *
 * A classic script that fetches nothing: all it needs comes by message, because it runs where nothing can be fetched (`live_frame.ts`).
 * Whatever the code does here, it reaches nothing but the port to the page, on which the page takes one answer a call, as data.
 */
import { PYODIDE_INFO, PYODIDE_VERSION } from "../generated/pyodide.ts";
import type { InterpreterSays, LiveCall, LiveFiles } from "./messages.ts";
import { Mounts } from "./mount.ts";
import { t } from "./worker_texts.ts";

type Dispatch = (method: string, params: string, data?: Uint8Array) => { toJs(): [outcome: string]; destroy(): void };

/** Where Pyodide looks for its files. No request goes there: `.invalid` is nobody's. */
const FOLDER = "https://files-by-message.invalid/";
const LIBRARY = `${FOLDER}python.zip`;

/**
 * What nothing here needs. Origin and policy of the frame make it useless already, but for this: with it the code could run scripts of its
 * own, keep the threads of the frame and the page busy, and find what a browser keeps for all pages without origin.
 */
const TAKEN_AWAY = [
  "postMessage",
  "importScripts",
  "Worker",
  "SharedWorker",
  "BroadcastChannel",
  "caches",
  "indexedDB",
];

/** The address of a script that came as text. */
const address = (text: string): string => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));

function refuse(): never {
  throw new TypeError(t("code_fetches"));
}

function takeAway(): void {
  for (let owner: object | null = self; owner; owner = Object.getPrototypeOf(owner)) {
    for (const name of TAKEN_AWAY) Reflect.deleteProperty(owner, name);
  }
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
  WebAssembly.instantiateStreaming = async (_source, imports) => ({
    module: wasm,
    instance: await WebAssembly.instantiate(wasm, imports),
  });
  const addresses = [address(loader), address(runtime)] as const;
  const [{ loadPyodide, version }, { default: createPyodideModule }] = await Promise.all([
    import(addresses[0]),
    import(addresses[1]),
  ]);
  addresses.forEach((each) => URL.revokeObjectURL(each));
  if (version !== PYODIDE_VERSION)
    throw new Error(t("wrong_version_here", { found: version, version: PYODIDE_VERSION }));
  const pyodide = await loadPyodide({
    indexURL: FOLDER,
    stdLibURL: LIBRARY,
    createPyodideModule,
    lockFileContents: { info: PYODIDE_INFO, packages: {} },
    packageBaseUrl: FOLDER,
  });
  const { call } = pyodide.pyimport("mkdocs_quantlab.engine.core.dispatch");
  call("start", "{}").destroy();
  call("add_archive", JSON.stringify({ name: "all" }), others).destroy();
  mounts = new Mounts(pyodide, (params, data) => call("mount", params, data).destroy());
  takeAway();
  return call;
}

/** The page gives an interpreter the files of one widget at most. */
let mounts: Mounts;

self.onmessage = ({ data, ports }: MessageEvent<LiveFiles>) => {
  self.onmessage = null;
  const [port] = ports;
  if (!port) return;
  // Bound before any code has run: prototypes that it changes do not lead to the port.
  const send: (message: InterpreterSays) => void = port.postMessage.bind(port);
  const failed = (error: unknown): void => {
    const text = String((error as Error | undefined)?.message ?? error);
    send({ type: "failed", message: text.trim().split("\n").at(-1) ?? "" });
  };
  const onBlocked = (): void => send({ type: "blocked" });
  self.addEventListener("securitypolicyviolation", onBlocked);
  const starting = start(data);
  starting.then(() => {
    self.removeEventListener("securitypolicyviolation", onBlocked); // what the code tries is no business of the page
    send({ type: "ready" });
  }, failed);
  port.onmessage = async ({ data: { id, params, custom } }: MessageEvent<LiveCall>) => {
    try {
      const call = await starting;
      if (custom) mounts.mount(custom);
      const pair = call("live_step", params);
      const [outcome] = pair.toJs();
      pair.destroy();
      send({ type: "outcome", id, outcome });
    } catch (error) {
      failed(error);
    }
  };
};
