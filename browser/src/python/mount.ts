/** Gives the files of custom widgets to Python, once. */
import type { CustomFiles } from "./messages.ts";

/** Archives and packages that Python has, by address; an address names its contents. */
const mounted = new Set<string>();

/**
 * @param pyodide Unpacks packages.
 * @param take Calls `mount` of the engine.
 */
export function mount(
  pyodide: { unpackArchive(wheel: ArrayBuffer, format: "wheel"): void },
  take: (params: string, data: Uint8Array) => void,
  { file, data, wheels }: CustomFiles,
): void {
  if (mounted.has(file)) return;
  for (const wheel of wheels) {
    if (!mounted.has(wheel.file)) pyodide.unpackArchive(wheel.data, "wheel");
    mounted.add(wheel.file);
  }
  take(JSON.stringify({ file }), data);
  mounted.add(file);
}
