/** Own widgets: their files are fetched and given to Python when a figure first needs them. */
import type { PythonCall } from "./worker.ts";

/** By address; an address names its contents. */
const mounted = new Map<string, Promise<void>>();

/**
 * Has Python take a widget's files, once.
 *
 * @param url The archive's address.
 * @throws Error It is not there; the message is for the reader.
 */
export function mount(call: PythonCall, url: string): Promise<void> {
  let mounting = mounted.get(url);
  if (!mounting) {
    mounting = fetchAndMount(call, url);
    mounted.set(url, mounting);
    mounting.catch(() => mounted.delete(url)); // it may be there the next time
  }
  return mounting;
}

async function fetchAndMount(call: PythonCall, url: string): Promise<void> {
  const response = await fetch(url).catch(() => undefined);
  if (!response?.ok) {
    const why = response ? `${url} answered ${response.status}` : `${url} cannot be reached`;
    throw new Error(`The files of this widget are not there: ${why}.`);
  }
  call("mount", JSON.stringify({ file: url }), new Uint8Array(await response.arrayBuffer()));
}
