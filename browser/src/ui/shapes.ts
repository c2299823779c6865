/** What data of another party looks like: files, the browser's storage, servers. */

/** An object, and no list. */
export function isObject(data: unknown): data is Record<string, unknown> {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

/** A list, each entry of which passes a test. */
export function isListOf(data: unknown, test: (entry: unknown) => boolean): data is unknown[] {
  return Array.isArray(data) && data.every(test);
}
