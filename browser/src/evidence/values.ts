/**
 * What a reader writes down: its kinds, and how what comes from a file or the browser's storage is read.
 *
 * Nothing that is read is trusted. Anything that does not match its kind's schema is discarded; strings are never treated as HTML.
 */
import type { EvidenceField as Field } from "../generated/attributes.ts";
import { EVIDENCE_NAME } from "../generated/limits.ts";
import { readNumber, written } from "../ui/numbers.ts";
import { isListOf, isObject } from "../ui/shapes.ts";
import { t } from "./texts.ts";
import type { Taken } from "../ui/taken.ts";

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A figure as it stood. */
export interface Capture {
  readonly title: string;
  /** Options, as the form names them, and what they stood at. */
  readonly options: readonly (readonly [string, string])[];
  /** The sentence that states the result. */
  readonly result: string;
  readonly tables: readonly (Table & { readonly caption: string })[];
  /** The figure in this state; empty where it is not on the web. */
  readonly link: string;
}

export interface Values extends Record<Kind, unknown> {
  text: string;
  /** As it was typed. */
  number: string;
  choice: string;
  table: Table;
  widget: Capture;
  answer: Taken;
}

export type { Field };
export type Kind = Field["kind"];
export type Value = Values[Kind];

/** One field's evidence. */
export interface Entry {
  readonly kind: Kind;
  readonly name: string;
  /** What was asked for, when this was written. */
  readonly label: string;
  readonly unit?: string | undefined;
  readonly value: Value;
  /** When it was written, as ISO 8601 in UTC. */
  readonly at: string;
  /** What stood here too, in another tab or before an undo, and would else be lost. */
  readonly others?: readonly Value[] | undefined;
}

/** What evidence is kept under: a field that became one of another kind is another field. */
export function idOf({ name, kind }: Pick<Entry, "name" | "kind">): string {
  return `${name}:${kind}`;
}

/** More of the values that a field had at once are no help to anyone. */
const MOST_OTHERS = 5;

/** An entry with one more value beside its own, unless it has that already. */
export function withOther(entry: Entry, value: Value): Entry {
  const others = [...(entry.others ?? []), value].filter(
    (other, i, all) => !same(other, entry.value) && all.findIndex((each) => same(each, other)) === i,
  );
  return { ...entry, others: others.length ? others.slice(-MOST_OTHERS) : undefined };
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * A table as the page now has it. Cells stay in the column of their name and in the row that begins with the same given text, or
 * that has the same place; columns and rows that the page lost stay where something is in them.
 */
export function fit(table: Table | undefined, field: Pick<Field, "columns" | "rows" | "first">): Table {
  const own = field.columns ?? [];
  const used = (table?.rows ?? []).filter((row, i) => row.some(Boolean) || i < (field.rows ?? 0));
  const gone = (table?.columns ?? []).filter((name, i) => !own.includes(name) && used.some((row) => row[i]));
  const columns = [...own, ...gone];
  const moved = used.map((row) => columns.map((name) => row[table!.columns.indexOf(name)] ?? ""));
  const blank = (head: string): string[] => columns.map((_, i) => (i ? "" : head));
  if (field.first) {
    const rest = moved.filter((row) => !field.first!.includes(row[0]!) && row.slice(1).some(Boolean));
    return {
      columns,
      rows: [...field.first.map((head) => moved.find((row) => row[0] === head) ?? blank(head)), ...rest],
    };
  }
  while (moved.length < (field.rows ?? 0)) moved.push(blank(""));
  return { columns, rows: moved };
}

/** Whether a field has what it asks for; of a table, all rows that begin with a given text, or else one row. */
export function isFilled(field: Field, value: Value | undefined): boolean {
  if (value === undefined) return false;
  if (field.kind === "number") return !numberProblem(field, value as string);
  if (field.kind !== "table") return true;
  const whole = fit(value as Table, field).rows.map((row) =>
    row.slice(0, field.columns?.length).every((cell) => cell.trim()),
  );
  return field.first ? whole.slice(0, field.first.length).every(Boolean) : whole.some(Boolean);
}

/** What is wrong with a number, in a sentence; empty where nothing is. */
export function numberProblem({ min, max }: Pick<Field, "min" | "max">, text: string): string {
  let typed: string;
  try {
    typed = readNumber(text);
  } catch (error) {
    return (error as Error).message;
  }
  if (/^[+-]?\d+,\d+$/.test(typed)) return t("write_point", { number: typed.replace(",", ".") });
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(typed)) return t("not_a_number");
  const value = Number(typed);
  if (min !== undefined && value < min) return t("too_small", { limit: written(String(min)) });
  if (max !== undefined && value > max) return t("too_big", { limit: written(String(max)) });
  return "";
}

/** An entry out of a file or the browser's storage, or undefined where it is none. */
export function readEntry(data: unknown): Entry | undefined {
  if (!isObject(data)) return undefined;
  const { kind, name, label, unit, at, others } = data;
  if (typeof kind !== "string" || !Object.hasOwn(READ, kind)) return undefined;
  if (!isText(name) || !EVIDENCE_NAME.test(name) || !isText(label) || !isText(at) || Number.isNaN(Date.parse(at)))
    return undefined;
  const read: (data: unknown) => Value | undefined = READ[kind as Kind];
  const value = read(data.value);
  if (value === undefined || (unit !== undefined && !isText(unit))) return undefined;
  const kept = Array.isArray(others)
    ? others
        .slice(-MOST_OTHERS)
        .map(read)
        .filter((other) => other !== undefined)
    : [];
  const entry = { kind: kind as Kind, name, label, unit, value, at: new Date(at).toISOString() };
  return kept.reduce<Entry>(withOther, entry);
}

/** How many parts the page shows an entry in: cells of tables, options, lines. */
export function partsOf({ value, others = [] }: Entry): number {
  const cells = ({ columns, rows }: Table): number => (columns.length || 1) * (rows.length + 1);
  const parts = (each: Value): number => {
    if (typeof each === "string") return 1;
    if ("columns" in each) return cells(each);
    if ("tables" in each) return each.tables.reduce((sum, table) => sum + cells(table), 2 * each.options.length);
    return each.words.length + Object.keys(each.settings).length + Object.keys(each.figures).length;
  };
  return [value, ...others].reduce((sum, each) => sum + parts(each), 0);
}

const READ: { [K in Kind]: (data: unknown) => Values[K] | undefined } = {
  text: readText,
  number: readText,
  choice: readText,
  table: readTable,
  widget: readCapture,
  answer: readTaken,
};

function isText(data: unknown): data is string {
  return typeof data === "string";
}

function areTexts(data: unknown): data is string[] {
  return isListOf(data, isText);
}

/** A text that says something. */
function readText(data: unknown): string | undefined {
  return isText(data) && data.trim() ? data : undefined;
}

function readTable(data: unknown): Table | undefined {
  if (!isObject(data) || !areTexts(data.columns) || !Array.isArray(data.rows)) return undefined;
  const { columns, rows } = data;
  return rows.every((row): row is string[] => areTexts(row) && row.length === columns.length)
    ? { columns, rows }
    : undefined;
}

function readCapture(data: unknown): Capture | undefined {
  if (!isObject(data)) return undefined;
  const { title, options, result, tables, link } = data;
  if (!isText(title) || !isText(result) || !isText(link) || !Array.isArray(options) || !Array.isArray(tables))
    return undefined;
  if (!options.every((pair): pair is [string, string] => areTexts(pair) && pair.length === 2)) return undefined;
  const read = tables.map((table: unknown) => {
    const found = readTable(table);
    const caption = isObject(table) ? table.caption : undefined;
    return found && isText(caption) ? { caption, ...found } : undefined;
  });
  return read.every((table) => table !== undefined)
    ? { title, options, result, tables: read, link: webAddress(link) }
    : undefined;
}

function readTaken(data: unknown): Taken | undefined {
  if (!isObject(data)) return undefined;
  const { prompt, system, earlier, model, label, endpoint, text, thinking, settings, figures, words } = data;
  if (
    !isText(prompt) ||
    !isText(system) ||
    !isText(model) ||
    !isText(label) ||
    !isText(endpoint) ||
    !isText(text) ||
    !isText(thinking)
  )
    return undefined;
  if (!Number.isInteger(earlier) || !areTexts(words)) return undefined;
  if (
    !isRecordOf(settings, (each) => Number.isFinite(each) || typeof each === "boolean") ||
    !isRecordOf(figures, Number.isFinite)
  )
    return undefined;
  return {
    prompt,
    system,
    earlier: earlier as number,
    model,
    label,
    endpoint,
    text,
    thinking,
    settings: settings as Taken["settings"],
    figures: figures as Taken["figures"],
    words,
  };
}

function isRecordOf(data: unknown, test: (value: unknown) => boolean): boolean {
  return isObject(data) && Object.values(data).every(test);
}

/** An http(s) address as it stands in a file; empty for any other. */
export function webAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) ? url.href : "";
}
