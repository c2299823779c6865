/**
 * Numbers that readers type, in the page's language. Options, links and Python have the neutral form, with a decimal point; what can
 * be read in two ways is refused. `docs/guide/languages.md` has the rules.
 */
import { numbers } from "../generated/texts.ts";
import { language, texts } from "./texts.ts";

const t = texts("numbers", numbers);

/** A typed number cannot be read; the message is for the reader. */
export class NumberError extends Error {}

/** The decimal sign of the page's language. */
export function sign(): string {
  return new Intl.NumberFormat(language()).formatToParts(0.5).find(({ type }) => type === "decimal")?.value === "," ? "," : ".";
}

/** A number, or several, in neutral form as the page's language writes them. */
export function written(neutral: string): string {
  return neutral.replaceAll(".", sign());
}

const refuse = (key: keyof typeof numbers, found: string): never => {
  throw new NumberError(t(key, { found, sign: sign(), example: written(key === "one" ? "0.5" : "0.5 1.25") }));
};

/**
 * One typed number in neutral form. What is no number in any language passes, for the option to refuse.
 *
 * @throws NumberError It has a comma where decimals have a point, or a sign that may part thousands.
 */
export function readNumber(typed: string): string {
  const text = typed.trim().replace("\u2212", "-");
  const grouped = /^[+-]?[1-9]\d{0,2}[.,'\u2019\s\u00a0\u202f]\d{3}$/.test(text);
  if (sign() === ".") return text.includes(",") ? refuse("one", typed) : text;
  if (/^[^,.]*,[^,.]*$/.test(text)) return text.replace(",", ".");
  return text.includes(",") || grouped ? refuse("one", typed) : text;
}

/**
 * A typed list of numbers in neutral form, separated by blanks.
 *
 * @throws NumberError It has commas that may be decimal signs as well as separators, or parts that may be one number.
 */
export function readNumbers(typed: string): string {
  const words = typed.split(/(?:,(?=\s)|,$|[ \t\r\n;[\]])+/).filter(Boolean);
  return words.flatMap((word) => (sign() === "." ? parts(word) : listed(word))).join(" ");
}

/** A word of a list where decimals have a comma. */
function listed(word: string): string {
  try {
    return readNumber(word);
  } catch {
    return refuse("several", word);
  }
}

/** The numbers of a word where decimals have a point: `1,2,3` are three; `0,5` and `1,234,567` may be one, and are refused. */
function parts(word: string): string[] {
  const isDoubtful = /^[+-]?\d+,\d+(e[+-]?\d+)?$/i.test(word) || /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(word) || /\d[\u00a0\u202f]\d/.test(word);
  return isDoubtful ? refuse("several", word) : word.split(",");
}

/** The value of a form's control in neutral form. @throws NumberError */
export function valueOf(control: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement): string {
  if ("number" in control.dataset) return readNumber(control.value);
  return "numbers" in control.dataset ? readNumbers(control.value) : control.value;
}

export function isReadable(control: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement): boolean {
  try {
    valueOf(control);
    return true;
  } catch {
    return false;
  }
}

/** Shows a value in a form's control. */
export function showValue(control: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement, neutral: string): void {
  control.value = "number" in control.dataset || "numbers" in control.dataset ? written(neutral) : neutral;
}

/**
 * Makes an `<input type="number">` a text field that reads numbers as the page writes them. A number field of the browser
 * reads them as the browser's own language does, and some drop a comma without a word: `0,5` becomes 5.
 */
export function numberField(input: HTMLInputElement): void {
  const { value } = input;
  input.type = "text";
  input.inputMode = input.step === "1" && Number(input.min) >= 0 ? "numeric" : "decimal";
  if (Number(input.min) < 0 || input.min === "") input.inputMode = "text"; // number pads of phones lack the minus
  input.dataset.number = "";
  input.autocomplete = "off";
  input.defaultValue = written(input.defaultValue);
  input.value = written(value);
  input.addEventListener("keydown", (event) => {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!direction || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    step(input, direction);
  });
}

/** One step up or down, within the limits. */
function step(input: HTMLInputElement, direction: number): void {
  let now: number;
  try {
    now = Number(readNumber(input.value));
  } catch {
    return;
  }
  if (Number.isNaN(now)) return;
  const size = Number(input.step) || 1;
  const low = input.min === "" ? -Infinity : Number(input.min);
  const high = input.max === "" ? Infinity : Number(input.max);
  // Without the digits that binary fractions add: 0.1 + 0.2.
  const next = Number(Math.min(high, Math.max(low, now + direction * size)).toPrecision(12));
  input.value = written(String(next));
  for (const type of ["input", "change"]) input.dispatchEvent(new Event(type, { bubbles: true }));
}
