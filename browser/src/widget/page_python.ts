/** Where the page's Python comes from, and the page's one interpreter for each such place. */
import { page } from "../generated/texts.ts";
import { BASE } from "../ui/base.ts";
import { texts } from "../ui/texts.ts";
import { Python } from "../python/python.ts";

const t = texts("page", page);

/** Python outlives the page's elements, which instant navigation replaces. One for each folder it comes from. */
const pythons: Record<string, Python> = {};

/** The page's Python, which may not have been started. @throws Error Where there is none, with the reason as a sentence. */
export function python(setting: string): Python {
  const folder = folderOf(setting);
  return (pythons[folder] ??= new Python(BASE, folder, "figures"));
}

/**
 * Where Pyodide is.
 *
 * @throws Error Where there is none, with the reason as a sentence.
 */
export function folderOf(setting: string): string {
  if (setting === "off") throw new Error(t("no_python"));
  if (location.protocol === "file:") throw new Error(t("no_python_from_file"));
  return setting === "bundled" ? `${BASE}pyodide/` : setting;
}

/** The reader asked the browser to save data: Python is not fetched before it is needed. */
export function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData ?? false;
}
