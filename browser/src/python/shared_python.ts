/** The page's Python for scripts that are fetched later: one worker for all of them, which the page's first script starts. */
import { shared } from "../generated/texts.ts";
import { texts } from "../ui/texts.ts";
import type { Python } from "./python.ts";

const t = texts("shared", shared);

/** @throws Error Where there is none, with the reason as a sentence. */
type PagePython = (setting: string) => Python;

/** Each script has modules of its own; what they share is on the page. */
const PLACE = Symbol.for("quantlab.python");

type Place = { [PLACE]?: PagePython };

/** Lets other scripts have it. Another copy of ours on the page may have been first. */
export function share(python: PagePython): void {
  (globalThis as Place)[PLACE] ??= python;
}

/** The page's Python, which may not have been started. @throws Error Where there is none, with the reason as a sentence. */
export function pagePython(setting: string): Python {
  const python = (globalThis as Place)[PLACE];
  if (!python) throw new Error(t("script_missing"));
  return python(setting);
}
