/** `<quantlab-evidence>`: a field in which a reader writes something down. */
import { attribute } from "../ui/attributes.ts";
import { button, h } from "../ui/dom.ts";
import { CONTROLS, type Control } from "./controls.ts";
import { langOf } from "../ui/texts.ts";
import { t } from "./texts.ts";
import { pageStore, type Store } from "./store.ts";
import { idOf, same, withOther, type Entry, type Field, type Value } from "./values.ts";
import { onPaper, shown } from "./view.ts";

export class QuantlabEvidence extends HTMLElement {
  #field!: Field;
  #store!: Store;
  #control: Control | undefined;
  #drawn: Entry | undefined;
  readonly #paper = h("div", { class: "lab-evidence-paper", hidden: true });
  readonly #others = h("div", { class: "lab-evidence-others" });
  readonly #said = h("p", { class: "lab-evidence-said", role: "status" });
  readonly #onChange = (): void => this.#draw();

  connectedCallback(): void {
    this.#store = pageStore();
    // A copy of an element is made before it has attributes.
    this.#field = attribute(this, "field")!;
    if (!this.#control && !this.hasAttribute("data-ready")) this.#build();
    this.#store.addEventListener("change", this.#onChange);
    this.#draw();
  }

  disconnectedCallback(): void {
    this.#store.removeEventListener("change", this.#onChange);
  }

  #build(): void {
    this.setAttribute("data-ready", "");
    const field = this.#field;
    const mark = (part: string): string | undefined => {
      const element = this.querySelector(`.lab-evidence-${part}`);
      if (element) element.id = `${this.id}:${part}`;
      return element?.id;
    };
    this.#control = CONTROLS[field.kind]({
      field,
      label: mark("label")!,
      hint: mark("hint"),
      write: (value) => this.#store.set(idOf(field), this.#entry(value)),
      replace: (what, value) => this.#store.apply(what, new Map([[idOf(field), this.#entry(value)]])),
      say: (text) => (this.#said.textContent = text),
    });
    const inner = this.#control.element.matches("textarea")
      ? this.#control.element
      : this.#control.element.querySelector("p > input");
    this.querySelector(".lab-evidence-label")!.addEventListener("click", () => (inner as HTMLElement | null)?.focus());
    this.append(
      h(
        "div",
        { class: "lab-evidence-control", lang: langOf("evidence") },
        this.#control.element,
        this.#said,
        this.#others,
      ),
      this.#paper,
    );
  }

  /** What is kept of a value now; what stands beside it stays. */
  #entry(value: Value | undefined): Entry | undefined {
    const { kind, name, label, unit } = this.#field;
    const before = this.#store.get(idOf(this.#field));
    if (value === undefined && before?.others) {
      // The field was emptied, and nothing else was said of the rest: the newest of it moves up.
      const [last, ...rest] = [...before.others].reverse();
      return { ...before, value: last!, others: rest.length ? rest.reverse() : undefined };
    }
    return value === undefined
      ? undefined
      : { kind, name, label, unit, value, at: new Date().toISOString(), others: before?.others };
  }

  #draw(): void {
    const entry = this.#store.get(idOf(this.#field));
    this.#control?.show(entry?.value);
    if (entry && entry === this.#drawn) return;
    this.#drawn = entry;
    this.querySelector<HTMLElement>(".lab-evidence-blank")!.classList.toggle("is-filled", Boolean(entry));
    this.#paper.hidden = !entry;
    this.#paper.replaceChildren(...(entry ? onPaper(entry) : []));
    this.#others.replaceChildren(...(entry?.others ?? []).map((other) => this.#other(entry!, other)));
  }

  #other(entry: Entry, other: Value): HTMLElement {
    const without = (entry.others ?? []).filter((each) => !same(each, other));
    const rest = { ...entry, others: without.length ? without : undefined };
    const apply = (what: string, next: Entry): void =>
      this.#store.apply(what, new Map([[idOf(entry), { ...next, at: new Date().toISOString() }]]));
    return h(
      "div",
      { class: "lab-evidence-other", role: "group", "aria-label": t("other_value") },
      h("p", {}, t("other_was_here")),
      shown({ ...entry, value: other }),
      h(
        "div",
        { class: "lab-evidence-actions" },
        button(t("use_this"), () => apply(t("use_this"), withOther({ ...rest, value: other }, entry.value))),
        button(t("forget_this"), () => apply(t("forget_this"), rest)),
      ),
    );
  }
}
