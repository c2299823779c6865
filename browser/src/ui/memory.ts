/** What the reader's browser keeps of a page, for this reader alone: nothing of it is sent. */

/** A key of the browser's storage for the page that is open, however its address is written. The path names the site too. */
export function pageKey(what: string): string {
  return `quantlab-${what}:${location.pathname.replace(/\/(index\.html)?$|\.html$/, "")}`;
}

/** What a text is in JSON, or null where it is none: then it is not ours. */
export function fromJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
