/** How long a start of Python may take. */
import { page } from "../generated/texts.ts";
import { texts } from "../ui/texts.ts";

const t = texts("page", page);

/** A slow device takes so long, with several interpreters: the reader is told, and can stop it. */
const SLOW_START_MS = 60_000;

/** By then it has failed without saying so: on some errors Pyodide does not settle. */
const START_TIMEOUT_MS = 300_000;

/**
 * Watches a start, once everything for it was fetched.
 *
 * @param tell Shows what is being done.
 * @param fail Gives the start up.
 * @returns To be called when the start has ended.
 */
export function watchStart(tell: (state: string) => void, fail: (message: string) => void): () => void {
  const timers = [
    setTimeout(() => tell(t("python_slow")), SLOW_START_MS),
    setTimeout(() => fail(t("python_timed_out")), START_TIMEOUT_MS),
  ];
  return () => timers.forEach((timer) => clearTimeout(timer));
}
