/** `<quantlab-evidence-sheet>`: how far the reader is, and all of the page's evidence at once: saved, printed, brought back, cleared. */
import { EVIDENCE_FILE } from "../generated/limits.ts";
import { attribute } from "../ui/attributes.ts";
import { button, h } from "../ui/dom.ts";
import { save } from "../ui/save.ts";
import { asJson, fromFile, merge, type Brought, type Page, type Sheet } from "./file.ts";
import { asMarkdown } from "./markdown.ts";
import { pageStore, type Changes, type Store } from "./store.ts";
import { idOf, isFilled, type Entry, type Field } from "./values.ts";
import { t } from "./texts.ts";
import { onPaper } from "./view.ts";

/** A field in the page, and what is written in it. */
interface Row {
  readonly element: HTMLElement;
  readonly field: Field;
  readonly entry: Entry | undefined;
}

/** What the page's `<html>` is marked with while the sheet alone is on paper. */
const PRINTING = "quantlab-prints-evidence";

export class QuantlabEvidenceSheet extends HTMLElement {
  #store!: Store;
  readonly #status = h("p", { role: "status" });
  readonly #empty = h("p", { class: "lab-evidence-hint" });
  readonly #gone = h("p", { class: "lab-evidence-hint" });
  readonly #question = h("div", {
    class: "lab-evidence-question",
    role: "group",
    "aria-label": t("question"),
    hidden: true,
  });
  readonly #file = h("input", {
    type: "file",
    accept: ".json,application/json",
    "aria-label": t("file"),
    hidden: true,
    change: () => void this.#open(),
  });
  readonly #files = [
    button(t("save_markdown"), () => this.#save("md")),
    button(t("save_json"), () => this.#save("json")),
    button(t("print"), () => this.#print()),
  ];
  readonly #clear = button(t("clear_all"), () => this.#askToClear());
  readonly #undo = button(t("undo"), () => this.#takeBack());
  readonly #said = h("p", { class: "lab-evidence-said", role: "status" });
  readonly #onChange = (): void => this.#draw();

  connectedCallback(): void {
    this.#store = pageStore();
    if (!this.hasAttribute("data-ready")) {
      this.setAttribute("data-ready", "");
      const open = button(t("open_file"), () => this.#file.click());
      this.querySelector(".lab-evidence-plain")?.remove();
      this.append(
        this.#status,
        this.#empty,
        this.#gone,
        h("div", { class: "lab-evidence-actions" }, ...this.#files, open, this.#file, this.#clear, this.#undo),
        this.#question,
        this.#said,
      );
    }
    this.#store.addEventListener("change", this.#onChange);
    this.#draw();
  }

  disconnectedCallback(): void {
    this.#store.removeEventListener("change", this.#onChange);
  }

  #sheet(): Omit<Sheet, "rows"> & { rows: Row[] } {
    const elements = [...document.querySelectorAll<HTMLElement>("quantlab-evidence")];
    const rows = elements.map((element) => {
      const field = attribute(element, "field")!;
      return { element, field, entry: this.#store.get(idOf(field)) };
    });
    const ids = new Set(rows.map(({ field }) => idOf(field)));
    const gone = this.#store.entries().filter((entry) => !ids.has(idOf(entry)));
    return { label: this.dataset.label ?? "", page: openPage(), saved: new Date().toISOString(), rows, gone };
  }

  #draw(): void {
    const { rows, gone } = this.#sheet();
    const store = this.#store;
    const empty = rows.filter(({ field, entry }) => !isFilled(field, entry?.value));
    const state = store.isBlocked ? "blocked" : store.hasUnsaved ? "unsaved" : "kept";
    setText(this.#status, t(state, { done: rows.length - empty.length, count: rows.length }));
    this.toggleAttribute("data-warns", store.isBlocked || store.hasUnsaved);
    const links = empty.flatMap(({ element, field }, i) => [
      i ? ", " : "",
      h("a", { href: `#${element.id}` }, field.label),
    ]);
    this.#empty.replaceChildren(
      ...(empty.length && empty.length < rows.length ? [`${t("still_to_fill")} `, ...links] : []),
    );
    this.#gone.textContent = gone.length ? t("gone", { labels: gone.map(({ label }) => label).join(", ") }) : "";
    const isEmpty = !store.entries().length;
    for (const each of [...this.#files.slice(0, 2), this.#clear]) each.disabled = isEmpty;
    this.#undo.hidden = !store.undoable;
    this.#undo.textContent = t("undo_what", { action: store.undoable ?? "" });
  }

  #say(text: string): void {
    this.#said.textContent = text;
  }

  #save(kind: "md" | "json"): void {
    const sheet = this.#sheet();
    const name = `evidence-${
      sheet.page.title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, "-")
        .replace(/^-|-$/g, "") || "page"
    }.${kind}`;
    if (kind === "md") save(name, "text/markdown", asMarkdown(sheet));
    else save(name, "application/json", asJson(sheet));
    this.#store.markSaved();
    this.#say(t("saved_as", { name }));
  }

  /** Prints the sheet without the page around it; the page's own print has the fields where they stand. */
  #print(): void {
    const { label, page, rows, gone } = this.#sheet();
    const parts = [
      ...rows.map(({ element, field, entry }) =>
        h(
          "section",
          {},
          h("h2", {}, field.label),
          ...(entry ? onPaper(entry) : [element.querySelector(".lab-evidence-blank")!.cloneNode(true)]),
        ),
      ),
      ...gone.map((entry) => h("section", {}, h("h2", {}, t("gone_field", { label: entry.label })), ...onPaper(entry))),
    ];
    const paper = h(
      "div",
      { class: "lab-evidence-sheet-paper" },
      h("h1", {}, `${label}: ${page.title}`),
      h("p", {}, page.url),
      ...parts,
    );
    document.body.append(paper);
    document.documentElement.classList.add(PRINTING);
    const done = (): void => {
      paper.remove();
      document.documentElement.classList.remove(PRINTING);
    };
    window.addEventListener("afterprint", done, { once: true });
    window.print();
  }

  /** Asks with buttons, the last of which changes nothing; the answer is said by `then`. */
  #ask(question: string, answers: [string, () => void][]): void {
    const close = (): void => {
      this.#question.hidden = true;
      this.#question.replaceChildren();
    };
    const buttons = [...answers, [t("cancel"), () => this.#say(t("nothing_changed"))] as const].map(([label, then]) =>
      button(label, () => {
        close();
        then();
        this.#status.tabIndex = -1;
        this.#status.focus();
      }),
    );
    this.#say("");
    this.#question.replaceChildren(
      h("p", { id: `${this.id}-question` }, question),
      h("div", { class: "lab-evidence-actions" }, ...buttons),
    );
    this.#question.setAttribute("aria-labelledby", `${this.id}-question`);
    this.#question.hidden = false;
    buttons.at(-1)!.focus();
  }

  #askToClear(): void {
    const number = this.#store.entries().length;
    this.#ask(t("ask_clear", { count: number }), [
      [
        t("clear_confirm"),
        () => {
          this.#store.apply(t("clear_all"), new Map(this.#store.entries().map((entry) => [idOf(entry), undefined])));
          this.#say(t("cleared"));
        },
      ],
    ]);
  }

  #takeBack(): void {
    const action = this.#store.undoable ?? "";
    this.#store.undo();
    this.#say(t("undone", { action }));
    if (this.#undo.hidden) this.#clear.focus();
  }

  async #open(): Promise<void> {
    const file = this.#file.files?.[0];
    if (!file) return;
    let brought: Brought;
    try {
      if (file.size > EVIDENCE_FILE.bytes) throw new Error(t("too_large"));
      brought = fromFile(await file.text());
    } catch (error) {
      this.#say((error as Error).message);
      return;
    } finally {
      // Opening the same file again is a change too.
      this.#file.value = "";
    }
    this.#bring(brought);
  }

  #bring(brought: Brought): void {
    const { page, entries } = brought;
    const ids = new Set(this.#sheet().rows.map(({ field }) => idOf(field)));
    const here = entries.filter((entry) => ids.has(idOf(entry))).length;
    const isOther = path(page.url) !== path(openPage().url);
    if (isOther && !here) {
      this.#say(t("other_page", { title: page.title }));
      return;
    }
    const { added, replaced } = merge(brought, (id) => this.#store.get(id));
    const changes = (all: Changes): void => {
      this.#store.apply(t("open_file"), all);
      this.#say(t("taken", { taken: all.size, count: entries.length }));
    };
    if (!added.size && !replaced.size) {
      this.#say(entries.length ? t("nothing_new") : t("nothing_in_file"));
      return;
    }
    const labels = [...replaced.keys()].map((id) => t("quoted", { label: this.#store.get(id)!.label })).join(", ");
    if (replaced.size) {
      this.#ask(isOther ? t("differs_elsewhere", { ...page, labels }) : t("differs", { labels }), [
        [t("take_files"), () => changes(new Map([...added, ...replaced]))],
        [
          t(added.size ? "keep_mine_rest" : "keep_mine"),
          () => (added.size ? changes(added) : this.#say(t("nothing_changed"))),
        ],
      ]);
    } else if (isOther) this.#ask(t("ask_take", { ...page }), [[t("take"), () => changes(added)]]);
    else changes(added);
  }
}

/** Says a text where it is not said already: screen readers would say it again. */
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function openPage(): Page {
  const heading = document.querySelector("h1")?.cloneNode(true) as HTMLElement | undefined;
  heading?.querySelectorAll(".headerlink").forEach((link) => link.remove());
  return { title: heading?.textContent.trim() || document.title, url: location.origin + location.pathname };
}

/** The page that an address names, whatever server it was on. */
function path(url: string): string {
  const { pathname } = URL.canParse(url) ? new URL(url) : { pathname: url };
  return pathname.replace(/\/(index\.html)?$|\.html$/, "");
}
