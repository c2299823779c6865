/** What each model's file is, where the server tells: quantization, tensor types, and how two files differ. */
import { button, h, labelled } from "../ui/dom.ts";
import type { ChatContext } from "./panel.ts";
import { tabled } from "./table.ts";
import { EndpointError, type ModelCard } from "./wire.ts";
import { volume } from "../ui/volume.ts";

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

/** Metadata keys whose values differ, or that only one of two files has. */
export function differences(a: ModelCard, b: ModelCard): { key: string; values: [string, string] }[] {
  const keys = new Set([...Object.keys(a.metadata), ...Object.keys(b.metadata)]);
  const text = (card: ModelCard, key: string): string => (Object.hasOwn(card.metadata, key) ? JSON.stringify(card.metadata[key]) : "–");
  return [...keys]
    .sort()
    .map((key) => ({ key, values: [text(a, key), text(b, key)] as [string, string] }))
    .filter(({ values }) => values[0] !== values[1]);
}

function described(card: ModelCard): HTMLElement {
  const said = [card.quantization && `the server calls it ${card.quantization}`, card.parameters && `${card.parameters} parameters`].filter(Boolean).join(", ");
  const rows = histogram(card);
  const all = rows.reduce((sum, { values }) => sum + values, 0);
  return h(
    "section",
    {},
    h("h4", {}, card.name),
    h("p", {}, said ? `${said[0]!.toUpperCase()}${said.slice(1)}.` : "The server says nothing of its quantization."),
    card.size === undefined ? undefined : h("p", {}, `A file of ${volume(card.size)}.`),
    rows.length
      ? tabled({
          caption: "Types of the tensors",
          head: ["Tensor type", "Tensors", "Share of the weights"],
          rows: rows.map(({ type, tensors, values }) => [type, String(tensors), `${((values / all) * 100).toPrecision(3)} %`]),
        })
      : h("p", {}, "The server lists no tensors."),
  );
}

/** The panel: two models to choose, and what their files are. */
export function mountCards(section: HTMLElement, context: ChatContext): () => void {
  const result = h("div", { role: "region", "aria-label": "What the models are", "aria-live": "polite" });
  const chosen = ["First model", "Second model"].map((label, i) => {
    const select = h("select");
    return { select, label: labelled(label, select), fallback: i };
  });
  const ask = button("", () => void show());
  const fill = (): void => {
    ask.textContent = context.isInPage() ? "Read the files' headers" : "Ask the server";
    const models = context.models();
    for (const { select, fallback } of chosen) {
      const before = select.value;
      select.replaceChildren(...models.map(({ model, label }) => h("option", { value: model }, label)));
      select.value = models.some(({ model }) => model === before) ? before : (models[Math.min(fallback, models.length - 1)]?.model ?? "");
    }
  };
  let turn = 0;
  const show = async (): Promise<void> => {
    const mine = ++turn;
    result.replaceChildren(h("p", {}, context.isInPage() ? "Reading the files' headers …" : "Asking the server …"));
    const names = [...new Set(chosen.map(({ select }) => select.value).filter(Boolean))];
    let parts: HTMLElement[];
    try {
      const endpoint = await context.endpoint();
      if (!context.models().length) await context.offered();
      fill();
      const cards = await Promise.all((names.length ? names : chosen.map(({ select }) => select.value).filter(Boolean)).map((name) => endpoint.show(name)));
      parts = cards.every((card) => card !== null) ? compared(cards) : [h("p", {}, "This server does not tell what its models' files are; Ollama does.")];
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
    h("summary", {}, "What each model is"),
    h("p", {}, "A tag is a name. What the file holds, the file itself or the server can tell: the type of each tensor, and the metadata."),
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
  const equal = new Set([...Object.keys(a.metadata), ...Object.keys(b.metadata)]).size - rows.length;
  parts.push(
    h(
      "section",
      {},
      h("h4", {}, "Metadata"),
      h("p", {}, rows.length ? `${rows.length === 1 ? "1 key differs" : `${rows.length} keys differ`}, ${equal} are the same.` : `All ${equal} keys that are shown are the same.`),
      rows.length ? tabled({ caption: "Keys that differ", head: ["Key", a.name, b.name], rows: rows.map(({ key, values }) => [key, ...values]) }) : undefined,
    ),
  );
  return parts;
}
