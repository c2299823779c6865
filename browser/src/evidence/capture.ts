/** Captures a figure's state: the values of its controls and its result. */
import { t } from "./texts.ts";
import { webAddress, type Capture } from "./values.ts";

/** Rows of a table; the longest that figures have are shorter, but for those of readers' own files. */
const MOST_ROWS = 60;

/** @throws Error with a sentence for the reader. */
export function capture(widget: HTMLElement | null): Capture {
  const form = widget?.querySelector("form");
  const figure = widget?.querySelector("figure");
  if (!form || !figure || !widget!.hasAttribute("data-ready")) throw new Error(t("not_ready"));
  if (widget!.hasAttribute("data-busy")) throw new Error(t("still_computing"));
  return {
    title: widget!.ariaLabel ?? "",
    options: options(form),
    result: words(figure.querySelector(".quantlab-result")),
    tables: [...figure.querySelectorAll("table")].map(tableOf).filter(({ rows }) => rows.length),
    link: webAddress(form.querySelector<HTMLAnchorElement>(".quantlab-link")?.href ?? ""),
  };
}

function words(element: Element | null): string {
  return (element?.textContent ?? "").trim().replace(/\s+/g, " ");
}

/** Options by the names that readers see. Two controls of one name, a box and its slider, are one option. */
function options(form: HTMLFormElement): [string, string][] {
  const found = new Map<string, [string, string]>();
  for (const control of form.querySelectorAll<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>("[name]")) {
    const isRadio = control.type === "radio";
    if (found.has(control.name) || (isRadio && !(control as HTMLInputElement).checked)) continue;
    const around = control.closest(".quantlab-control");
    const label = words(around?.querySelector(":scope > span, :scope > legend") ?? null) || control.name;
    const shown = isRadio
      ? control.parentElement
      : control instanceof HTMLSelectElement
        ? (control.selectedOptions[0] ?? null)
        : null;
    found.set(control.name, [label, shown ? words(shown) : control.value]);
  }
  return [...found.values()];
}

function tableOf(table: HTMLTableElement): Capture["tables"][number] {
  const columns = [...(table.tHead?.rows[0]?.cells ?? [])].map(words);
  const all = [...table.tBodies]
    .flatMap((body) => [...body.rows])
    .map((row) => columns.map((_, i) => words(row.cells[i] ?? null)));
  const rows = all.slice(0, MOST_ROWS);
  const left = all.length - rows.length;
  const caption = words(table.caption);
  return { caption: left ? t("more_rows", { caption, count: left }) : caption, columns, rows };
}
