/** An interpreter of the page's worker: Pyodide with the engine, and what it was given beside it. */
import { PYODIDE_INFO, PYODIDE_VERSION } from "../generated/pyodide.ts";
import { archivesOf, fetchArchive } from "./archives.ts";
import type { CustomFiles, PythonCall, Start } from "./messages.ts";
import { Mounts } from "./mount.ts";
import { compile } from "./wasm.ts";
import { t } from "./worker_texts.ts";

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

let receiveWasm: (wasm: WebAssembly.Module) => void;
const sentWasm = new Promise<WebAssembly.Module>((resolve) => (receiveWasm = resolve));

/** Takes the WebAssembly that the page compiled. */
export function takeWasm(wasm: WebAssembly.Module): void {
  receiveWasm(wasm);
}

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

/** What is fetched for the first interpreter serves all. */
let arrival: Promise<unknown> | undefined;

export class Interpreter {
  /** Archives that Python has beside `python.zip`. */
  readonly #added = new Set<string>();
  readonly #mounts: Mounts;

  private constructor(
    pyodide: Pyodide,
    /** The address of `python.zip`. */
    readonly library: string,
    readonly call: PythonCall,
  ) {
    this.#mounts = new Mounts(pyodide, (params, data) => call("mount", params, data));
  }

  /** @param fetched Called when everything has arrived. */
  static async start(message: Start, fetched = (): void => {}): Promise<Interpreter> {
    const { folder, scripts, archive } = message;
    const parts = archivesOf(message.wanted).map((name) => fetchArchive(archive, name));
    arrival ??= intercept(message);
    const all = Promise.all([arrival, ...parts]).then(fetched);
    all.catch(() => {}); // awaited below, if it comes to that
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
    await all;
    const pyodide = await loading;
    const dispatch = pyodide.pyimport("mkdocs_quantlab.engine.core.dispatch");
    const call: PythonCall = (method, params, data) => {
      const pair = dispatch.call(method, params, data);
      const made = pair.toJs();
      pair.destroy();
      return made;
    };
    call("start", "{}");
    return new Interpreter(pyodide, archive, call);
  }

  /** Adds all that these widgets and methods need. */
  async add(wanted: string[]): Promise<void> {
    for (const name of archivesOf(wanted)) {
      if (this.#added.has(name)) continue;
      const bytes = await fetchArchive(this.library, name);
      if (this.#added.has(name)) continue;
      this.call("add_archive", JSON.stringify({ name }), bytes);
      this.#added.add(name);
    }
  }

  /** Adds the files of a custom widget. @returns Whether they fit those that it has: otherwise another interpreter is needed. */
  mount(files: CustomFiles): boolean {
    return this.#mounts.mount(files);
  }
}
