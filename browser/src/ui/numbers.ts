/**
 * Numbers that readers type, in the page's language. Options, links and Python have the neutral form, with a decimal point: what is typed
 * on a page that writes decimals so goes to Python as it is, which refuses what can be read in two ways. Here is what other pages
 * need. `docs/guide/languages.md` has the rules.
 */
import { t } from "./shared_texts.ts";
import { isComposing } from "./dom.ts";
import { language } from "./texts.ts";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Whether languages write decimals with a comma. A browser takes 10 ms to load what it knows of numbers, which English does not need. */
const commas: Record<string, boolean> = { en: false };
const hasComma = (): boolean => (commas[language()] ??= (0.5).toLocaleString(language()).includes(","));

/** A number, or several, in neutral form as the page's language writes them. */
export const written = (neutral: string): string => (hasComma() ? neutral.replaceAll(".", ",") : neutral);

/**
 * One typed number in neutral form. What is no number in any language passes, for the option to refuse.
 *
 * @throws Error It has a sign that may part thousands; the message is for the reader.
 */
export function readNumber(typed: string): string {
  const text = typed.trim().replace("\u2212", "-");
  if (!hasComma()) return text;
  // "1.234" may be a thousand and more; "0.125" and "12.5" are what people paste.
  if (/[,.].*[,.]|^[+-]?[1-9]\d{0,2}\.\d{3}$/.test(text))
    throw new Error(t("number", { found: typed, example: written("0.5") }));
  return text.replace(",", ".");
}

/**
 * A typed list of numbers in neutral form.
 *
 * @throws Error It has commas between numbers without a blank, or a number with separators of thousands; the message is for the reader.
 */
export function readNumbers(typed: string): string {
  if (!hasComma()) return typed;
  const words = typed.split(/(?:,(?=\s)|[ \t\r\n;[\]])+/).filter(Boolean);
  try {
    if (/\d[\u00a0\u202f]\d/.test(typed) || /,[-+]/.test(typed)) throw new Error();
    return words.map(readNumber).join(" ");
  } catch {
    throw new Error(t("numbers", { found: typed.slice(0, 80), example: written("0.5 1.25") }));
  }
}

/** The value of a form's control in neutral form. @throws Error With a message for the reader. */
export function valueOf({ dataset, value }: Control): string {
  return dataset.numeric === "one" ? readNumber(value) : dataset.numeric === "list" ? readNumbers(value) : value;
}

export function isReadable(control: Control): boolean {
  try {
    valueOf(control);
    return true;
  } catch {
    return false;
  }
}

/** The number in a number field, or undefined where there is none within its limits; with a step of 1, a whole one. */
export function numberIn(input: HTMLInputElement): number | undefined {
  const text = isReadable(input) ? valueOf(input) : "";
  const value = text ? Number(text) : NaN;
  const isTaken =
    value >= Number(input.min || -Infinity) &&
    value <= Number(input.max || Infinity) &&
    (input.step !== "1" || Number.isInteger(value));
  return isTaken ? value : undefined;
}

/** Shows a value in a form's control. */
export function showValue(control: Control, neutral: string): void {
  control.value = control.dataset.numeric ? written(neutral) : neutral;
}

/**
 * Makes an `<input type="number">` a text field that reads numbers as the page writes them. A number field of the browser
 * reads them as the browser's own language does, and some drop a comma without a word: `0,5` becomes 5.
 */
export function numberField(input: HTMLInputElement): void {
  input.type = "text";
  // The number pads of phones lack the minus.
  input.inputMode = Number(input.min || -1) < 0 ? "text" : "decimal";
  input.dataset.numeric = "one";
  input.value = input.defaultValue = written(input.value);
  input.addEventListener("keydown", (event) => {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const now = isReadable(input) ? Number(valueOf(input)) : NaN;
    if (!direction || isComposing(event) || event.altKey || event.ctrlKey || event.metaKey || Number.isNaN(now)) return;
    event.preventDefault();
    const { min, max, step } = input;
    const next = Math.min(
      Number(max || Infinity),
      Math.max(Number(min || -Infinity), now + direction * (Number(step) || 1)),
    );
    // Without the digits that binary fractions add, as in 0.1 + 0.2.
    showValue(input, String(Number(next.toPrecision(12))));
    for (const type of ["input", "change"]) input.dispatchEvent(new Event(type, { bubbles: true }));
  });
}
