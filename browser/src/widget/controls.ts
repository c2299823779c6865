/** The controls of a widget's form, by the option that they set. Several may set one option: a slider and a field, radio buttons. */
import type { Figure } from "../generated/protocol.ts";
import type { Changes } from "../ui/link.ts";
import { isReadable, numberField, showValue, valueOf, written } from "../ui/numbers.ts";

export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export class Controls {
  readonly #form: HTMLFormElement;
  /** The limits that the author's options give. */
  readonly #limits = new Map<HTMLInputElement, [string, string]>();

  constructor(form: HTMLFormElement) {
    this.#form = form;
    for (const input of form.querySelectorAll<HTMLInputElement>("input[min]")) {
      this.#limits.set(input, [input.min, input.max]);
      if (input.type === "number") numberField(input);
    }
    for (const area of form.querySelectorAll<HTMLTextAreaElement>("[data-numeric=list]"))
      area.defaultValue = written(area.defaultValue);
  }

  #all(name?: string): Control[] {
    const all = [...this.#form.querySelectorAll<Control>("[name]")];
    return name === undefined ? all : all.filter((control) => control.name === name);
  }

  /** The options that have controls. */
  names(): string[] {
    return [...new Set(this.#all().map((control) => control.name))];
  }

  /** Former names of options, each with the current one. */
  aliases(): [string, string][] {
    return this.#all().flatMap(({ name, dataset }) =>
      (dataset.aliases?.split(" ") ?? []).map((alias): [string, string] => [alias, name]),
    );
  }

  /** The value of an option's control. @throws Error It cannot be read; the message is for the reader. */
  value(name: string): string | undefined {
    const radio = (control: Control): control is HTMLInputElement => control.type === "radio";
    const found = this.#all(name).find((control) => !radio(control) || control.checked);
    return found && valueOf(found);
  }

  /** Shows a value in all controls of an option. */
  set(name: string, value: string, but?: Control): void {
    for (const control of this.#all(name)) {
      if (control === but) continue;
      if (control instanceof HTMLInputElement && control.type === "radio") control.checked = control.value === value;
      else showValue(control, value);
    }
  }

  /** The options that an option, or the choice that its control shows, excludes. */
  excluded(name: string): string[] {
    const control = this.#all(name)[0];
    const choice = control instanceof HTMLSelectElement ? control.selectedOptions[0] : undefined;
    return `${control?.dataset.clears ?? ""} ${choice?.dataset.clears ?? ""}`.split(" ").filter(Boolean);
  }

  /** Whether an option is the page's alone: the figure does not depend on it. */
  isInPage(name: string): boolean {
    return this.#all(name).some((control) => "inPage" in control.dataset);
  }

  /** Gives the controls the values and limits that follow from other options. */
  follow({ values, bounds }: Figure, changes: Changes): void {
    for (const [name, value] of Object.entries(values)) {
      // What the reader set stands as it was typed.
      if ((changes[name] ?? null) === null && !this.isInPage(name)) this.set(name, value);
    }
    for (const [name, [low, high]] of Object.entries(bounds)) {
      for (const control of this.#all(name)) {
        const input = control as HTMLInputElement;
        input.min = String(low);
        input.max = String(high);
      }
      // A slider clamps its value to the limits it had; give it again under the new ones.
      const value = changes[name] ?? values[name];
      if (value !== undefined) this.set(name, value);
    }
  }

  /** Gives the controls back the author's limits. */
  resetLimits(): void {
    for (const [input, [min, max]] of this.#limits) {
      input.min = min;
      input.max = max;
    }
  }

  /** Marks the controls of the option that an error is about, and those that cannot be read. */
  mark(option: string | null): void {
    for (const control of this.#all()) {
      if (control.name === option || !isReadable(control)) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }
  }
}
