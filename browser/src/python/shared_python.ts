/** The page's Python for scripts that are fetched later: one worker for all of them, which the page's first script starts. */
import type { Python } from "./python.ts";

/** @throws Error Where there is none, with the reason as the end of a sentence. */
type PagePython = (setting: string) => Python;

/** Each script has modules of its own; what they share is on the page. */
const PLACE = Symbol.for("quantlab.python");

type Place = { [PLACE]?: PagePython };

/** Lets other scripts have it. Another copy of ours on the page may have been first. */
export function share(python: PagePython): void {
  (globalThis as Place)[PLACE] ??= python;
}

/** The page's Python, which may not have been started. @throws Error Where there is none, with the reason as the end of a sentence. */
export function pagePython(setting: string): Python {
  const python = (globalThis as Place)[PLACE];
  if (!python) throw new Error("the page's script is not there.");
  return python(setting);
}
