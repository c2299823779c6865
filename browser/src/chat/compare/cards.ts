/** What the server tells of the files that are compared. */
import { differences, histogram, told } from "../card.ts";
import type { Table } from "../table.ts";
import type { ModelCard } from "../wire.ts";
import { percent } from "./format.ts";
import { t } from "./texts.ts";

/** Characters of a metadata value that are shown. */
const LONGEST = 60;

/** The share of a file's weights that are stored in each type, the largest first. */
function types(card: ModelCard): string {
  const rows = histogram(card);
  const all = rows.reduce((sum, { values }) => sum + values, 0);
  return rows.map(({ type, values }) => `${type} ${percent(values / all)}`).join(", ");
}

function written(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "–");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
}

/** What models are, by the server's word, with the metadata in which they differ; undefined where it says nothing of any. */
export function cardTable(cards: readonly (ModelCard | null)[], labels: readonly string[]): Table | undefined {
  if (!cards.some((card) => card)) return undefined;
  const row = (name: string, of: (card: ModelCard) => string | undefined): string[] => [
    name,
    ...cards.map((card) => (card && of(card)) || "–"),
  ];
  const all = new Map(cards.flatMap((card) => (card ? [[card, told(card)] as const] : [])));
  const keys = [...new Set([...all.values()].flatMap((each) => Object.keys(each)))].sort();
  const value = (card: ModelCard | null, key: string): unknown => card && all.get(card)?.[key];
  const differing = keys.filter((key) => new Set(cards.map((card) => JSON.stringify(value(card, key)))).size > 1);
  return {
    caption: t("cards"),
    head: ["", ...labels],
    rows: [
      row(t("quantization"), ({ quantization }) => quantization),
      row(t("parameters"), ({ parameters }) => parameters),
      row(t("weights_by_type"), types),
      ...differing.map((key) =>
        row(key, (card) => (value(card, key) === undefined ? undefined : written(value(card, key)))),
      ),
    ],
  };
}

/** Whether the server tells no difference between two files: the same tensors in the same types, the same metadata. */
export function isAlike(one: ModelCard | null, other: ModelCard | null): boolean {
  if (!one?.tensors.length || !other?.tensors.length) return false;
  return !differences(one, other).length && JSON.stringify(one.tensors) === JSON.stringify(other.tensors);
}
