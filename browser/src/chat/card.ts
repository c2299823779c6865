/** What each model's file is, where the server tells: quantization, tensor types, and how two files differ. */
import { button, choices, h, labelled } from "../ui/dom.ts";
import type { ChatContext } from "./panel.ts";
import { tabled } from "./table.ts";
import { t } from "./texts.ts";
import { EndpointError, type ModelCard } from "./wire.ts";
import { volume } from "../ui/volume.ts";

/** Rows of a table, and characters of one of its cells: real files have fewer, but a hostile server could send any number. */
const MOST_ROWS = 300;
const LONGEST_CELL = 300;

function bounded(rows: string[][]): string[][] {
  const cut = (cell: string): string => (cell.length > LONGEST_CELL ? `${cell.slice(0, LONGEST_CELL)}…` : cell);
  const shown = rows.slice(0, MOST_ROWS).map((row) => row.map(cut));
  return rows.length > MOST_ROWS ? [...shown, rows[0]!.map(() => "…")] : shown;
}

/** Tensor types of a file, the most frequent first, with the numbers of tensors and of their values. */
export function histogram({ tensors }: ModelCard): { type: string; tensors: number; values: number }[] {
  const types = new Map<string, { type: string; tensors: number; values: number }>();
  for (const { type, shape } of tensors) {
    const row = types.get(type) ?? { type, tensors: 0, values: 0 };
    row.tensors++;
    row.values += shape.reduce((product, n) => product * n, 1);
    types.set(type, row);
  }
  return [...types.values()].sort((a, b) => b.values - a.values);
}

/** All that is told of a model by key: its file's metadata, and what the server adds to the file. */
export function told({ metadata, added }: ModelCard): Readonly<Record<string, unknown>> {
  return { ...metadata, ...added };
}

/**
 * Whether the server applies a template of its own and not the file's: Ollama takes the nearest that it knows. Its own are in Go's
 * language, and it shows the file's, in Jinja's, where it has none.
 */
export function hasOtherTemplate({ added }: ModelCard): boolean {
  return added?.TEMPLATE !== undefined && !/\{[%#]/.test(added.TEMPLATE);
}

/** What the server adds to the files of two models differently. */
export function addedDifferently(a: ModelCard, b: ModelCard): string[] {
  const keys = new Set([...Object.keys(a.added ?? {}), ...Object.keys(b.added ?? {})]);
  return [...keys].filter((key) => a.added?.[key] !== b.added?.[key]);
}

/** Keys whose values differ, or that only one of two models has. */
export function differences(a: ModelCard, b: ModelCard): { key: string; values: [string, string] }[] {
  const [one, other] = [told(a), told(b)];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  const text = (card: ModelCard, key: string): string => {
    const values = card === a ? one : other;
    return Object.hasOwn(values, key) ? JSON.stringify(values[key]) : "–";
  };
  return [...keys]
    .sort()
    .map((key) => ({ key, values: [text(a, key), text(b, key)] as [string, string] }))
    .filter(({ values }) => values[0] !== values[1]);
}

function described(card: ModelCard): HTMLElement {
  const { quantization: type, parameters } = card;
  const stated = type
    ? parameters
      ? t("card_called_parameters", { type, parameters })
      : t("card_called", { type })
    : parameters
      ? t("card_parameters", { parameters })
      : t("card_silent");
  const rows = histogram(card);
  const all = rows.reduce((sum, { values }) => sum + values, 0);
  return h(
    "section",
    {},
    h("h4", {}, card.name),
    h("p", {}, stated),
    hasOtherTemplate(card) ? h("p", {}, t("card_other_template")) : undefined,
    card.size === undefined ? undefined : h("p", {}, t("card_size", { size: volume(card.size) })),
    rows.length
      ? tabled({
          caption: t("card_types"),
          head: [t("card_type"), t("card_tensors"), t("card_share")],
          rows: bounded(
            rows.map(({ type, tensors, values }) => [
              type,
              String(tensors),
              all ? `${((values / all) * 100).toPrecision(3)} %` : "–",
            ]),
          ),
        })
      : h("p", {}, t("card_no_tensors")),
  );
}

/** The panel: two models to choose, and what their files are. */
export function mountCards(section: HTMLElement, context: ChatContext): () => void {
  const result = h("div", { role: "region", "aria-label": t("cards"), "aria-live": "polite" });
  const chosen = [t("first_model"), t("second_model")].map((label, i) => {
    const select = h("select");
    return { select, label: labelled(label, select), fallback: i };
  });
  const ask = button("", () => void show());
  const fill = (): void => {
    ask.textContent = t(context.isInPage() ? "read_headers" : "ask_server");
    const models = context.models();
    for (const { select, fallback } of chosen) {
      const before = select.value;
      choices(
        select,
        models.map(({ model, label }) => [model, label]),
      );
      select.value = models.some(({ model }) => model === before)
        ? before
        : (models[Math.min(fallback, models.length - 1)]?.model ?? "");
    }
  };
  let turn = 0;
  const show = async (): Promise<void> => {
    const mine = ++turn;
    result.replaceChildren(h("p", {}, t(context.isInPage() ? "reading_headers" : "asking")));
    const names = [...new Set(chosen.map(({ select }) => select.value).filter(Boolean))];
    let parts: HTMLElement[];
    try {
      const endpoint = await context.endpoint();
      if (!context.models().length) await context.offered();
      fill();
      const cards = await Promise.all(
        (names.length ? names : chosen.map(({ select }) => select.value).filter(Boolean)).map((name) =>
          endpoint.show(name),
        ),
      );
      parts = cards.every((card) => card !== null) ? compared(cards) : [h("p", {}, t("no_cards"))];
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      const host = h("div");
      context.explain(host, error, names.join(", "));
      parts = [host];
    }
    if (mine === turn) result.replaceChildren(...parts);
  };
  const opened = h(
    "details",
    { class: "quantlab-chat-panel", toggle: fill },
    h("summary", {}, t("cards_title")),
    h("p", {}, t("cards_note")),
    h("div", { class: "quantlab-form" }, ...chosen.map(({ label }) => label), ask),
    result,
  );
  fill();
  section.append(opened);
  return () => {
    turn++;
  };
}

function compared(cards: ModelCard[]): HTMLElement[] {
  const parts = cards.map(described);
  const [a, b] = cards;
  if (!a || !b) return parts;
  const rows = differences(a, b);
  const equal = new Set([...Object.keys(told(a)), ...Object.keys(told(b))]).size - rows.length;
  parts.push(
    h(
      "section",
      {},
      h("h4", {}, t("metadata")),
      h("p", {}, rows.length ? t("keys_differ", { count: rows.length, same: equal }) : t("keys_same", { same: equal })),
      rows.length
        ? tabled({
            caption: t("keys_that_differ"),
            head: [t("metadata_key"), a.name, b.name],
            rows: bounded(rows.map(({ key, values }) => [key, ...values])),
          })
        : undefined,
    ),
  );
  return parts;
}
