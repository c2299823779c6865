/** Tables of texts, which scroll sideways where they are too wide for the page, by keyboard too. */
import { h, type Child } from "../ui/dom.ts";

/** A table as texts; the first column names the rows. */
export interface Table {
  caption: string;
  head: string[];
  rows: string[][];
}

/** An element for a table whose cells may be anything. */
export function wide(label: string, caption: Child, head: string[], rows: HTMLElement[]): HTMLElement {
  const names = h("tr", {}, ...head.map((cell) => (cell ? h("th", { scope: "col" }, cell) : h("td"))));
  const table = h("table", {}, h("caption", {}, caption), h("thead", {}, names), h("tbody", {}, ...rows));
  return h("div", { class: "quantlab-scroll", tabindex: 0, role: "group", "aria-label": label }, table);
}

export function tabled({ caption, head, rows }: Table): HTMLElement {
  const cells = rows.map(([name, ...row]) =>
    h("tr", {}, h("th", { scope: "row" }, name), ...row.map((cell) => h("td", {}, cell))),
  );
  return wide(caption, caption, head, cells);
}
