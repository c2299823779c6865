/** The archives of Python modules that are beside `python.zip`: which widgets and methods need which, and where they are. */
import { t } from "../ui/shared_texts.ts";

/** The archive that each widget and each method needs, where it needs one. */
declare const PARTS: Record<string, string>;
/** A hash of all archives, which is in their names: a page that is still open when its site is updated does not mix two versions. */
declare const BUILD: string;

/** The archive that has everything that `python.zip` has not. */
export const ALL = "all";

const fetched = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

/** The names of the archives for widgets and methods. */
export function archivesOf(wanted: string[]): string[] {
  return [...new Set(wanted.flatMap((name) => (Object.hasOwn(PARTS, name) ? [PARTS[name]!] : [])))];
}

/** @param library The address of `python.zip`. */
export function fetchArchive(library: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const url = new URL(`${name}-${BUILD}.zip`, library).href;
  let arrival = fetched.get(url);
  if (!arrival) {
    fetched.set(url, (arrival = get(url)));
    arrival.catch(() => fetched.delete(url)); // it may be there the next time
  }
  return arrival;
}

async function get(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(t("answered", { url, status: String(response.status) }));
  return new Uint8Array(await response.arrayBuffer());
}
