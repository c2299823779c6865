/** What the page adds to what a figure came with. */
import type { Found, PageResources } from "../generated/protocol.ts";

/** An answer of a kind that the page has. */
export function found<Kind extends keyof PageResources>(kind: Kind, key: string[], value: PageResources[Kind]): Found {
  return { kind, key, value };
}

/** Older answers and newer ones; of two to one question the newer stays. */
export function merged(older: readonly Found[], newer: readonly Found[]): Found[] {
  const question = ({ kind, key }: Found): string => JSON.stringify([kind, key]);
  const asked = new Set(newer.map(question));
  return [...older.filter((each) => !asked.has(question(each))), ...newer];
}
