/** What the worker of the reader's code is sent: it fetches nothing itself. */
import { ALL, fetchArchive } from "./archives.ts";
import { t } from "../ui/shared_texts.ts";
import type { LiveFiles } from "./messages.ts";
import type { PyodideScripts } from "./pyodide_files.ts";

const fetched = new Map<string, Promise<LiveFiles>>();

async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(t("answered", { url, status: String(response.status) }));
  return response;
}

/**
 * Fetches the files, once for all workers of the page.
 *
 * @param scripts Pyodide's scripts.
 * @param archive The Python modules that it starts with.
 * @param wasm Pyodide's WebAssembly.
 */
export function liveFiles(
  scripts: PyodideScripts,
  archive: string,
  wasm: Promise<WebAssembly.Module>,
): Promise<LiveFiles> {
  const key = `${scripts.loader} ${archive}`;
  let files = fetched.get(key);
  if (!files) {
    files = Promise.all([
      get(scripts.loader).then((response) => response.text()),
      get(scripts.runtime).then((response) => response.text()),
      wasm,
      get(archive).then((response) => response.arrayBuffer()),
      fetchArchive(archive, ALL),
    ]).then(([loader, runtime, wasm, library, others]) => ({ loader, runtime, wasm, library, others }));
    fetched.set(key, files);
    files.catch(() => fetched.delete(key));
  }
  return files;
}
