/** Links that carry a widget's state: `?quantlab-1.bits=3#quantlab-1`, readable and typed by hand if need be. */

/** What the reader changed; null for an option that another one cleared. */
export type Changes = Record<string, string | null>;

/** Whether the reader came to the page that is shown with Back or Forward. */
let isReturn = false;

/** Links that are not kept yet, by the key that the tab keeps them under: a control that is dragged changes its widget's at each step. */
const waiting = new Map<string, { link: string; search: string }>();
const REST_MS = 300;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Themes with instant navigation replace pages within one document. */
export function watchReturns(): void {
  const [load] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  isReturn = load?.type === "back_forward";
  addEventListener("popstate", () => (isReturn = true));
  addEventListener("click", () => (isReturn = false), true);
  // A page that is hidden may never run again.
  for (const event of ["pagehide", "visibilitychange"]) addEventListener(event, keepWaiting, true);
}

/**
 * Where the tab keeps the state of a widget: for each visit in its history, or for each address where the browser does not tell
 * visits apart. Not in `history.state`, in which themes keep scroll positions.
 */
function keyOf(id: string): string {
  const { navigation } = globalThis as { navigation?: { currentEntry?: { key: string } | null } };
  return `quantlab ${navigation?.currentEntry?.key ?? ""} ${location.pathname}${location.search} ${id}`;
}

/** Keeps the link to a widget's state once it rests, for the reader who comes back to the page. */
export function keepLink(id: string, link: string): void {
  waiting.set(keyOf(id), { link, search: location.search });
  clearTimeout(timer);
  timer = setTimeout(keepWaiting, REST_MS);
}

function keepWaiting(): void {
  for (const [key, { link, search }] of waiting) {
    try {
      const query = new URL(link).search;
      if (query || search) sessionStorage.setItem(key, query);
      else sessionStorage.removeItem(key);
    } catch {
      // Without storage, or where it is full, Back shows what the author set.
    }
  }
  waiting.clear();
}

/** @returns The query that a widget begins with where the reader came back: the one that was kept. */
export function keptQuery(id: string): string | null {
  keepWaiting();
  try {
    return isReturn ? sessionStorage.getItem(keyOf(id)) : null;
  } catch {
    return null;
  }
}

/**
 * The changes that a query carries for a widget, as far as it has such options.
 *
 * @param query That of the page's address, or one that was kept.
 * @param aliases Former names of options, with the current ones. A link that has both keeps both, which Python refuses.
 */
export function readLink(query: string, id: string, names: string[], aliases: [string, string][] = []): Changes {
  const changes: Changes = {};
  const search = new URLSearchParams(query);
  for (const name of names) {
    const value = search.get(`${id}.${name}`);
    if (value !== null) changes[name] = value;
  }
  for (const [alias, name] of aliases) {
    const value = search.get(`${id}.${alias}`);
    if (value !== null) changes[Object.hasOwn(changes, name) ? alias : name] = value;
  }
  return changes;
}

/** The page's address with these changes, and without those it carried before. */
export function writeLink(id: string, changes: Changes): string {
  const url = new URL(location.href);
  for (const key of [...url.searchParams.keys()]) {
    if (key.startsWith(`${id}.`)) url.searchParams.delete(key);
  }
  for (const [name, value] of Object.entries(changes)) {
    if (value !== null) url.searchParams.set(`${id}.${name}`, value);
  }
  url.hash = id;
  return url.href;
}
