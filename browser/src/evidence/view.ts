/** Evidence to read: in the page, on paper. Texts enter as text nodes, never as HTML. */
import { h, type Child } from "../ui/dom.ts";
import type { Taken } from "../ui/taken.ts";
import { t } from "./texts.ts";
import type { Capture, Entry, Table } from "./values.ts";

export function shown({ kind, value, unit }: Pick<Entry, "kind" | "value" | "unit">): HTMLElement {
  switch (kind) {
    case "table":
      return tabled(value as Table);
    case "widget":
      return captured(value as Capture);
    case "answer":
      return taken(value as Taken);
    default:
      return h("p", { class: "lab-evidence-text" }, (value as string) + (unit ? ` ${unit}` : ""));
  }
}

/** All that is written in a field, for a place where nothing can be opened. */
export function onPaper(entry: Entry): HTMLElement[] {
  const all = [entry.value, ...(entry.others ?? [])].map((value) => shown({ ...entry, value }));
  for (const element of all) element.querySelectorAll("details").forEach((details) => (details.open = true));
  return all;
}

function tabled({ columns, rows }: Table, caption = ""): HTMLElement {
  const head = h("tr", {}, ...columns.map((name) => h("th", { scope: "col" }, name)));
  const body = rows.map((row) => h("tr", {}, ...row.map((cell) => h("td", {}, cell))));
  const table = h(
    "table",
    { class: "lab-evidence-table" },
    caption ? h("caption", {}, caption) : undefined,
    h("thead", {}, head),
    h("tbody", {}, ...body),
  );
  return h(
    "div",
    { class: "lab-evidence-scroll", tabindex: 0, role: "group", "aria-label": caption || t("table") },
    table,
  );
}

function pairs(rows: readonly (readonly [string, Child])[]): HTMLElement {
  return h("dl", {}, ...rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function captured({ title, options, result, tables }: Capture): HTMLElement {
  const details = tables.length
    ? h(
        "details",
        {},
        h("summary", {}, t("tables", { count: tables.length })),
        ...tables.map((table) => tabled(table, table.caption)),
      )
    : undefined;
  return h(
    "div",
    { class: "lab-evidence-taken" },
    h("p", {}, h("strong", {}, title)),
    pairs(options),
    h("p", {}, result),
    details,
  );
}

function taken({ label, model, endpoint, words, prompt, system, earlier, thinking, text }: Taken): HTMLElement {
  const rows: [string, Child][] = [[t("model"), t("model_at", { model, endpoint })]];
  if (words.length) rows.push([t("settings"), words.join(". ")]);
  if (earlier) rows.push([t("prompts_before"), String(earlier)]);
  const long = (text: string): HTMLElement => h("p", { class: "lab-evidence-text" }, text);
  if (system) rows.push([t("system_prompt"), long(system)]);
  rows.push([t("prompt"), long(prompt)]);
  if (thinking) rows.push([t("thinking"), long(thinking)]);
  rows.push([t("answer_title"), long(text)]);
  return h("div", { class: "lab-evidence-taken" }, h("p", {}, h("strong", {}, label)), pairs(rows));
}
