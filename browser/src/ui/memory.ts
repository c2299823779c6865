/** What the reader's browser keeps of a page, for this reader alone: nothing of it is sent. */

/** A key of the browser's storage for the page that is open, however its address is written. The path names the site too. */
export function pageKey(what: string): string {
  return `quantlab-${what}:${location.pathname.replace(/\/(index\.html)?$|\.html$/, "")}`;
}

/** The parsed JSON, or null if the string is not valid JSON: then it is not ours. */
export function fromJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
