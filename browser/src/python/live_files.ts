/** What the worker of the reader's code is sent: it fetches nothing itself. */
import { ALL, fetchArchive } from "./archives.ts";
import { t } from "../ui/shared_texts.ts";
import type { FrameFiles } from "./messages.ts";
import { scriptsOf } from "./pyodide_files.ts";

const fetched = new Map<string, Promise<FrameFiles>>();

async function get(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(t("answered", { url, status: String(response.status) }));
  return response;
}

const text = async (url: string): Promise<string> => (await get(url)).text();
const bytes = async (url: string): Promise<ArrayBuffer> => (await get(url)).arrayBuffer();

/**
 * Fetches the files, once for all interpreters of the page.
 *
 * @param base The folder of the site that holds our files.
 * @param folder The folder that holds Pyodide.
 */
export function liveFiles(base: string, folder: string): Promise<FrameFiles> {
  const key = `${base} ${folder}`;
  let files = fetched.get(key);
  if (!files) {
    const archive = `${base}pyodide/python.zip`;
    const scripts = scriptsOf(base, folder);
    files = Promise.all([
      text(`${base}live_worker.js`),
      text(scripts.loader),
      text(scripts.runtime),
      // Not compiled: a compiled module enters no page of another origin, and none without one.
      bytes(`${folder}pyodide.asm.wasm`),
      bytes(archive),
      fetchArchive(archive, ALL),
    ]).then(([script, loader, runtime, wasm, library, others]) => ({
      type: "files",
      script,
      files: { loader, runtime, wasm, library, others },
    }));
    fetched.set(key, files);
    files.catch(() => fetched.delete(key));
  }
  return files;
}
