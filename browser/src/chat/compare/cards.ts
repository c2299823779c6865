/** What the server tells of the files that are compared. */
import type { ModelCard } from "../wire.ts";
import type { Table } from "./findings.ts";
import { percent } from "./format.ts";

/** Characters of a metadata value that are shown. */
const LONGEST = 60;

/** The share of a file's weights that are stored in each type, the largest first. */
export function typeShares({ tensors }: Pick<ModelCard, "tensors">): { type: string; share: number }[] {
  const weights = new Map<string, number>();
  for (const { type, shape } of tensors) weights.set(type, (weights.get(type) ?? 0) + shape.reduce((product, length) => product * length, 1));
  const all = [...weights.values()].reduce((sum, count) => sum + count, 0);
  return [...weights].map(([type, count]) => ({ type, share: count / all })).sort((one, other) => other.share - one.share);
}

function written(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "–");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text;
}

/** What models are, by the server's word, with the metadata in which they differ; undefined where it says nothing of any. */
export function cardTable(cards: readonly (ModelCard | null)[], labels: readonly string[]): Table | undefined {
  if (!cards.some((card) => card)) return undefined;
  const row = (name: string, of: (card: ModelCard) => string | undefined): string[] => [name, ...cards.map((card) => (card && of(card)) || "–")];
  const keys = [...new Set(cards.flatMap((card) => Object.keys(card?.metadata ?? {})))].sort();
  const differing = keys.filter((key) => new Set(cards.map((card) => JSON.stringify(card?.metadata[key]))).size > 1);
  return {
    caption: "What the server says the models are",
    head: ["", ...labels],
    rows: [
      row("Quantization", ({ quantization }) => quantization),
      row("Parameters", ({ parameters }) => parameters),
      row("Weights by type", (card) => typeShares(card).map(({ type, share }) => `${type} ${percent(share)}`).join(", ")),
      ...differing.map((key) => row(key, ({ metadata }) => (metadata[key] === undefined ? undefined : written(metadata[key])))),
    ],
  };
}

/** Whether the server tells no difference between two files: the same tensors in the same types, the same metadata. */
export function isAlike(one: ModelCard | null, other: ModelCard | null): boolean {
  if (!one?.tensors.length || !other?.tensors.length) return false;
  const known = ({ metadata, tensors }: ModelCard): string => JSON.stringify([tensors, Object.entries(metadata).sort()]);
  return known(one) === known(other);
}
