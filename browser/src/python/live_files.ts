/** What the worker of the reader's code is sent: it fetches nothing itself. */
import { ALL, fetchArchive } from "./archives.ts";
import type { LiveFiles } from "./messages.ts";

const fetched = new Map<string, Promise<LiveFiles>>();

async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return response;
}

/**
 * Fetches the files, once for all workers of the page.
 *
 * @param folder The folder that holds Pyodide.
 * @param archive The Python modules that it starts with.
 * @param wasm Pyodide's WebAssembly.
 */
export function liveFiles(folder: string, archive: string, wasm: Promise<WebAssembly.Module>): Promise<LiveFiles> {
  const key = `${folder} ${archive}`;
  let files = fetched.get(key);
  if (!files) {
    files = Promise.all([
      get(`${folder}pyodide.mjs`).then((response) => response.text()),
      get(`${folder}pyodide.asm.mjs`).then((response) => response.text()),
      wasm,
      get(archive).then((response) => response.arrayBuffer()),
      fetchArchive(archive, ALL),
    ]).then(([loader, runtime, wasm, library, others]) => ({ loader, runtime, wasm, library, others }));
    fetched.set(key, files);
    files.catch(() => fetched.delete(key));
  }
  return files;
}
