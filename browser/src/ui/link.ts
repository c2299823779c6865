/** Links that carry a widget's state: `?quantlab-1.bits=3#quantlab-1`, readable and typed by hand if need be. */

/** What the reader changed; null for an option that another one cleared. */
export type Changes = Record<string, string | null>;

/**
 * The changes that the page's address carries for a widget, as far as it has such options.
 *
 * @param aliases Former names of options, with the current ones. A link that has both keeps both, which Python refuses.
 */
export function readLink(id: string, names: string[], aliases: [string, string][] = []): Changes {
  const changes: Changes = {};
  const search = new URLSearchParams(location.search);
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
