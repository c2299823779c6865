/** All of a page's evidence as a file, and what such a file brings back. */
import { EVIDENCE_FILE } from "../generated/limits.ts";
import type { Changes } from "./store.ts";
import { t } from "./texts.ts";
import { idOf, partsOf, readEntry, same, withOther, type Entry, type Field } from "./values.ts";

/** What a file holds. */
export interface Sheet {
  readonly label: string;
  readonly page: Page;
  /** When it was saved, as ISO 8601 in UTC. */
  readonly saved: string;
  /** The page's fields in order, with what is written in them. */
  readonly rows: readonly { readonly field: Field; readonly entry?: Entry | undefined }[];
  /** What was written in fields that the page no longer has. */
  readonly gone: readonly Entry[];
}

export interface Page {
  readonly title: string;
  readonly url: string;
}

const FORMAT = "quantlab-evidence";
const VERSION = 1;

export function asJson({ label, page, saved, rows, gone }: Sheet): string {
  const fields = [
    ...rows.map(({ field: { kind, name, label, unit }, entry }) => entry ?? { kind, name, label, unit, value: null }),
    ...gone.map((entry) => ({ ...entry, isGone: true })),
  ];
  return `${JSON.stringify({ format: FORMAT, version: VERSION, label, page, saved, fields }, null, 2)}\n`;
}

/** What a file holds for this page. */
export interface Brought {
  readonly page: Page;
  readonly entries: readonly Entry[];
}

/** @throws Error with a sentence for the reader. */
export function fromFile(text: string): Brought {
  let data: { format?: unknown; version?: unknown; page?: { title?: unknown; url?: unknown }; fields?: unknown } | null;
  try {
    data = JSON.parse(text);
  } catch {
    throw new Error(t("not_json"));
  }
  if (data?.format !== FORMAT) throw new Error(t("not_evidence"));
  if (data.version !== VERSION) throw new Error(t("other_version"));
  const { title, url } = data.page ?? {};
  const fields: { value?: unknown }[] | undefined = Array.isArray(data.fields) ? data.fields : undefined;
  if (fields && fields.length > EVIDENCE_FILE.fields) throw new Error(t("too_large"));
  const entries = fields?.filter((field) => field?.value !== null).map(readEntry);
  const parts = entries?.reduce((sum, entry) => sum + (entry ? partsOf(entry) : 0), 0) ?? 0;
  if (parts > EVIDENCE_FILE.parts) throw new Error(t("too_large"));
  const isWhole = entries?.every((entry) => entry !== undefined) && new Set(entries.map(idOf)).size === entries.length;
  if (!isWhole || typeof title !== "string" || typeof url !== "string") throw new Error(t("damaged"));
  return { page: { title, url }, entries };
}

/** What bringing a file in would change. */
export interface Merge {
  /** What the page does not have. */
  readonly added: Changes;
  /** What is here with another value, with the reader's own beside it. */
  readonly replaced: Changes;
}

export function merge({ entries }: Brought, get: (id: string) => Entry | undefined): Merge {
  const added: Changes = new Map();
  const replaced: Changes = new Map();
  for (const entry of entries) {
    const id = idOf(entry);
    const mine = get(id);
    if (!mine) added.set(id, entry);
    else if (!same(mine.value, entry.value)) replaced.set(id, (mine.others ?? []).reduce(withOther, entry));
  }
  return { added, replaced };
}
