/**
 * The worker: Pyodide with the engine, answering one request at a time. It runs as a worker of one page, or shared by the
 * pages of a visit.
 *
 * A module worker, because Pyodide 314 refuses classic ones. It is ended from outside when it takes too long: without
 * cross-origin isolation, which GitHub Pages cannot give, Python in it cannot be interrupted.
 */
import { PYODIDE_INFO, PYODIDE_VERSION } from "../generated/pyodide.ts";
import { archivesOf, fetchArchive } from "./archives.ts";
import { readHeaders } from "./headers.ts";
import type { FromWorker, PythonCall, Start, ToWorker } from "./messages.ts";
import { mount } from "./mount.ts";
import { customFiles } from "./custom_files.ts";
import { watch } from "./violations.ts";
import { compile } from "./wasm.ts";
import { t } from "./worker_texts.ts";

type Send = (message: FromWorker) => void;

/** `engine.core.dispatch`. */
interface Dispatch {
  call(method: string, params: string, data?: Uint8Array): Pair;
}

interface Pair {
  toJs(): ReturnType<PythonCall>;
  destroy(): void;
}

interface Pyodide {
  pyimport(module: "mkdocs_quantlab.engine.core.dispatch"): Dispatch;
  unpackArchive(bytes: ArrayBuffer, format: "wheel"): void;
}

const refused = watch(self);

let starting: Promise<PythonCall> | undefined;
let pyodide: Pyodide;
/** The address of `python.zip`. */
let library: string | undefined;
/** Other archives that Python has. */
const added = new Set<string>();
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

async function start(message: Start, fetched: () => void): Promise<PythonCall> {
  const { folder, scripts, archive } = message;
  const parts = archivesOf(message.wanted).map((name) => fetchArchive(archive, name));
  const arrival = Promise.all([intercept(message), ...parts]).then(fetched);
  arrival.catch(() => {}); // awaited below, if it comes to that
  const [module, { default: createPyodideModule }] = await Promise.all([
    import(scripts.loader),
    import(scripts.runtime),
  ]);
  if (module.version !== PYODIDE_VERSION) {
    throw new Error(t("wrong_version", { folder, found: module.version, version: PYODIDE_VERSION }));
  }
  const loading: Promise<Pyodide> = module.loadPyodide({
    indexURL: folder,
    stdLibURL: archive,
    createPyodideModule,
    // No packages: an empty lock saves a request, and nothing can be fetched from elsewhere.
    lockFileContents: { info: PYODIDE_INFO, packages: {} },
    packageBaseUrl: folder,
  });
  await arrival;
  pyodide = await loading;
  const dispatch = pyodide.pyimport("mkdocs_quantlab.engine.core.dispatch");
  const call: PythonCall = (method, params, data) => {
    const pair = dispatch.call(method, params, data);
    const made = pair.toJs();
    pair.destroy();
    return made;
  };
  call("start", "{}");
  return call;
}

/** The Python to call, with all that these widgets and methods need. */
async function pythonFor(wanted: string[]): Promise<PythonCall> {
  const call = await starting!;
  for (const name of archivesOf(wanted)) {
    if (added.has(name)) continue;
    call("add_archive", JSON.stringify({ name }), await fetchArchive(library!, name));
    added.add(name);
  }
  return call;
}

/** An address, where it is one of the site's own files: other pages of an origin can find the worker, and send it to others. */
function ours(address: string): string {
  if (!new URL(address).href.startsWith(new URL(".", self.location.href).href))
    throw new Error(t("not_ours", { address: address.slice(0, 80) }));
  return address;
}

async function receive(message: ToWorker, send: Send): Promise<void> {
  try {
    if (message.type === "start") {
      // The first page's is that of the Python that runs; another page says nothing new.
      library ??= ours(message.archive);
      starting ??= start(message, () => send({ type: "fetched" }));
      await starting;
      send({ type: "ready" });
    } else if (message.type === "call") {
      const python = await pythonFor(message.wanted);
      const { archive } = message;
      for (const { file } of archive ? [archive, ...(archive.wheels ?? [])] : []) ours(file);
      const files = archive && (await customFiles(archive).catch((error: Error) => error));
      if (files instanceof Error) {
        send({
          type: "outcome",
          id: message.id,
          outcome: JSON.stringify({ error: { message: files.message, option: null, line: null } }),
        });
        return;
      }
      if (files) mount(pyodide, (params, data) => python("mount", params, data), files);
      const [outcome, data] = python(message.method, message.params, message.data);
      send({ type: "outcome", id: message.id, outcome, data });
    } else if (message.type === "read") {
      await readHeaders(await pythonFor(["read_headers"]), message, send);
    } else if (message.type === "wasm") {
      receiveWasm(message.wasm);
    } else if (message.type === "close") {
      for (const port of ports)
        port.postMessage({ type: "failed", message: t("stopped_elsewhere") } satisfies FromWorker);
      close();
    }
  } catch (error) {
    // Not an option's fault but ours, or memory ran out: say so, and let the page start anew.
    // A Python error's last line is the one that says what happened.
    const message = error instanceof Error || (error as Error)?.message ? (error as Error).message : String(error);
    send({ type: "failed", message: message.trim().split("\n").at(-1) ?? "", violation: refused() });
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
