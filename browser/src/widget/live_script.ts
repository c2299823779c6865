/** A script of its own, for pages whose reader edits code. */
import { LivePython } from "../python/live_python.ts";
import { LiveRunner } from "./live.ts";

/** The interpreters outlive the page's elements, which instant navigation replaces. One for each folder that Pyodide comes from. */
const shared: Record<string, LivePython> = {};

/**
 * @param base The folder of the site that holds our files.
 * @param folder The folder that holds Pyodide's.
 * @param isLimited Code that takes too long is ended.
 */
export function startLive(base: string, folder: string, isLimited: boolean): LivePython {
  return new LivePython(base, folder, isLimited);
}

/** Runs the code of one widget. */
export function liveRunner(base: string, folder: string): LiveRunner {
  return new LiveRunner(
    () => (shared[folder] ??= startLive(base, folder, true)),
    () => startLive(base, folder, true),
  );
}
