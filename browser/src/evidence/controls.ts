/** The control of each kind of field: shows a value, and tells of another. */
import { button, h } from "../ui/dom.ts";
import type { Taken } from "../ui/taken.ts";
import { capture } from "./capture.ts";
import { growing, setText } from "./grow.ts";
import { fit, numberProblem, same, type Field, type Kind, type Table, type Value } from "./values.ts";
import { t } from "./texts.ts";
import { shown } from "./view.ts";

export interface Control {
  readonly element: HTMLElement;
  show(value: Value | undefined): void;
}

/** What a control has of its field. */
export interface Host {
  readonly field: Field;
  /** Identifiers of the elements that name and explain the control. */
  readonly label: string;
  readonly hint: string | undefined;
  /** The reader typed or chose; undefined for nothing. */
  write(value: Value | undefined): void;
  /** The reader took something in place of what is there, which can be undone; `what` names the button. */
  replace(what: string, value: Value | undefined): void;
  /** Says something next to the control, and to screen readers. */
  say(text: string): void;
}

export const CONTROLS: Record<Kind, (host: Host) => Control> = { text, number, choice, table, widget, answer };

function named({ label, hint }: Host): Record<string, string | undefined> {
  return { "aria-labelledby": label, "aria-describedby": hint };
}

function text(host: Host): Control {
  const { rows } = host.field;
  const box = growing(h("textarea", { rows, style: `--rows: ${rows}`, autocomplete: "off", ...named(host) }));
  box.addEventListener("input", () => host.write(box.value.trim() ? box.value : undefined));
  return {
    element: box,
    show: (value = "") => {
      // Blank lines are nothing to keep, but the reader may just have begun with some.
      if (box.value !== value && (value || box.value.trim())) setText(box, value as string);
    },
  };
}

function number(host: Host): Control {
  const { unit } = host.field;
  // A box for numbers would throw away what it cannot read.
  const box = h("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    spellcheck: "false",
    ...named(host),
  });
  const check = (): void => {
    const problem = box.value.trim() ? numberProblem(host.field, box.value) : "";
    if (problem) box.setAttribute("aria-invalid", "true");
    else box.removeAttribute("aria-invalid");
    host.say(problem);
  };
  box.addEventListener("input", () => {
    host.write(box.value.trim() ? box.value : undefined);
    // While a number is being typed it may not be one yet.
    if (box.hasAttribute("aria-invalid")) check();
  });
  box.addEventListener("change", check);
  return {
    element: h("p", { class: "lab-evidence-number" }, box, unit ? ` ${unit}` : undefined),
    show: (value = "") => {
      if (box.value === value || (!value && !box.value.trim())) return;
      box.value = value as string;
      check();
    },
  };
}

function choice(host: Host): Control {
  const { name, options = [] } = host.field;
  const element = h("div", { class: "lab-evidence-choices", role: "radiogroup", ...named(host) });
  const none = button(t("choose_none"), () => {
    host.write(undefined);
    element.querySelector("input")?.focus();
  });
  let offered: readonly string[] = [];
  const offer = (texts: readonly string[]): void => {
    if (same(texts, offered)) return;
    offered = texts;
    const labels = texts.map((text) => {
      const radio = h("input", {
        type: "radio",
        name: `lab-evidence-${name}`,
        value: text,
        autocomplete: "off",
        change: () => host.write(text),
      });
      return h("label", {}, radio, h("span", {}, options.includes(text) ? text : t("not_offered", { choice: text })));
    });
    element.replaceChildren(...labels, none);
  };
  return {
    element,
    show: (value) => {
      const chosen = value as string | undefined;
      offer(chosen === undefined || options.includes(chosen) ? options : [...options, chosen]);
      for (const radio of element.querySelectorAll("input")) radio.checked = radio.value === chosen;
      none.hidden = chosen === undefined;
    },
  };
}

function table(host: Host): Control {
  const { field } = host;
  const element = h("div", { class: "lab-evidence-scroll", tabindex: 0, role: "group", ...named(host) });
  let drawn: Table | undefined;
  let cells: HTMLTextAreaElement[][] = [];
  const isGiven = (row: readonly string[]): boolean => field.first?.includes(row[0]!) ?? false;
  const write = (): void => {
    const rows = drawn!.rows.map((row, r) => row.map((cell, c) => cells[r]![c]?.value ?? cell));
    const isEmpty = rows.every((row) => row.every((cell, c) => !cell.trim() || (!c && isGiven(row))));
    host.write(isEmpty ? undefined : { columns: drawn!.columns, rows });
  };
  const draw = ({ columns, rows }: Table): void => {
    cells = rows.map(() => []);
    const body = rows.map((row, r) => {
      const rowName = isGiven(row) ? row[0]! : t("row", { number: r + 1 });
      return h(
        "tr",
        {},
        ...row.map((cell, c) => {
          if (!c && isGiven(row)) return h("th", { scope: "row" }, cell);
          const box = growing(
            h("textarea", {
              rows: 1,
              autocomplete: "off",
              "aria-label": t("cell", { column: columns[c]!, row: rowName }),
              input: write,
            }),
          );
          box.value = cell;
          cells[r]![c] = box;
          return h("td", {}, box);
        }),
      );
    });
    const head = h("tr", {}, ...columns.map((name) => h("th", { scope: "col" }, name)));
    element.replaceChildren(
      h(
        "table",
        { class: "lab-evidence-table", "aria-labelledby": host.label },
        h("thead", {}, head),
        h("tbody", {}, ...body),
      ),
    );
  };
  return {
    element,
    show: (value) => {
      const next = fit(value as Table | undefined, field);
      const hasShape = same(next.columns, drawn?.columns) && same(next.rows.map(isGiven), drawn?.rows.map(isGiven));
      drawn = next;
      if (!hasShape) draw(next);
      for (const [r, row] of cells.entries()) {
        for (const [c, box] of row.entries())
          if (box && box.value !== next.rows[r]![c]) setText(box, next.rows[r]![c]!);
      }
    },
  };
}

/** What `widget` and `answer` have in common: buttons, and what was taken. */
function taking(host: Host, take: HTMLButtonElement, first: string, again: string): Control & { actions: HTMLElement } {
  const remove = button(t("remove"), () => {
    host.replace(t("remove"), undefined);
    host.say(t("removed"));
    take.focus();
  });
  const view = h("div");
  const actions = h("div", { class: "lab-evidence-actions" }, take, remove);
  let now: Value | undefined;
  return {
    actions,
    element: h("div", { role: "group", ...named(host) }, view, actions),
    show: (value) => {
      take.textContent = value === undefined ? first : again;
      remove.hidden = value === undefined;
      if (same(value, now)) return;
      now = value;
      view.replaceChildren(...(value === undefined ? [] : [shown({ kind: host.field.kind, value })]));
    },
  };
}

function link({ of, title }: Field): HTMLElement {
  return h("p", { class: "lab-evidence-hint" }, t("from"), " ", h("a", { href: `#${of}` }, title));
}

function widget(host: Host): Control {
  const take = button("", () => {
    try {
      const taken = capture(document.getElementById(host.field.of!));
      host.replace(t("capture"), taken);
      host.say(t("captured"));
    } catch (error) {
      host.say((error as Error).message);
    }
  });
  const control = taking(host, take, t("capture"), t("capture_again"));
  control.element.prepend(link(host.field));
  return control;
}

function answer(host: Host): Control {
  const list = h("ul", { class: "lab-evidence-answers", "aria-label": t("answers") });
  const close = (): void => {
    list.replaceChildren();
    take.focus();
  };
  const item = (taken: Taken): HTMLElement => {
    const choose = button(
      t("answer", {
        model: taken.label,
        seed: String(taken.settings.seed),
        prompt: start(taken.prompt, 60),
        answer: start(taken.text, 90),
      }),
      () => {
        host.replace(t("choose_answer"), taken);
        host.say(t("captured"));
        close();
      },
    );
    return h("li", {}, choose);
  };
  const take = button("", () => {
    const chat = document.getElementById(host.field.of!) as (HTMLElement & { taken?: () => Taken[] }) | null;
    const all = chat?.taken?.() ?? [];
    list.replaceChildren(...all.map(item), ...(all.length ? [h("li", {}, button(t("cancel"), close))] : []));
    host.say(all.length ? "" : t("no_answer"));
    list.querySelector("button")?.focus();
  });
  const control = taking(host, take, t("choose_answer"), t("choose_another"));
  control.element.prepend(link(host.field));
  control.actions.after(list);
  return control;
}

function start(text: string, most: number): string {
  const words = text.trim().replace(/\s+/g, " ");
  return words.length > most ? `${words.slice(0, most - 1)}…` : words;
}
