/**
 * The interface's texts in the page's language. English comes with each script; another language's groups are fetched before
 * the script that needs them (`load.ts`), and meet it on the page, because scripts are bundled apart.
 */

import { isolated } from "./isolate.ts";

type Text = string | { readonly other: string; readonly [category: string]: string };
type Forms<T> = T extends string ? T : T[keyof T];
type Names<T> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
/** What a text's placeholders take; numbers are written as its language does. */
type Values<T> = [Places<T>] extends [never] ? [] : [values: Record<Places<T>, string | number>];
/** A text with forms always takes the number that chooses one. */
type Places<T> = Names<Forms<T>> | (T extends string ? never : "count");

interface State {
  /** The page's language, a BCP 47 tag. */
  language: string;
  /** Texts by language and group, as in `de page`. */
  texts: Record<string, Record<string, Text>>;
}

const PLACE = Symbol.for("quantlab.texts");
const state = ((globalThis as { [PLACE]?: State })[PLACE] ??= { language: "en", texts: {} });

/** The page's language. */
export const language = (): string => state.language;

/** All elements of a page have its language; the first to connect says it, on each page of a visit. */
export function setLanguage(tag: string): void {
  state.language = tag;
}

/** A number with so many decimals, as the language of our texts writes it. */
export const decimal = (value: number, digits: number): string =>
  value.toLocaleString(languageOf("page"), { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** The language without region and script: `de` of `de-AT`. */
export const primary = (tag: string): string => tag.toLowerCase().split("-")[0]!;

/** The language that a group's texts are in: the page's, or English. */
export function languageOf(group: string): string {
  return `${primary(state.language)} ${group}` in state.texts ? state.language : "en";
}

/** The `lang` attribute of an element with a group's texts, where it is not the page's language. */
export const langOf = (group: string): string | undefined =>
  primary(languageOf(group)) === primary(state.language) ? undefined : languageOf(group);

/**
 * A function from a group's keys to its texts in the page's language.
 *
 * @param group The group's name.
 * @param english Its English texts.
 */
export function texts<T extends Record<string, Text>>(group: string, english: T) {
  return <K extends keyof T>(key: K, ...[values]: Values<T[K]>): string => {
    const tag = languageOf(group);
    const found: Text = (tag === "en" ? english : state.texts[`${primary(tag)} ${group}`]!)[key as string]!;
    const given = values as Record<string, string | number> | undefined;
    const text =
      typeof found === "string"
        ? found
        : (found[new Intl.PluralRules(tag).select(Number(given!.count))] ?? found.other);
    return text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = given![name]!;
      return typeof value === "number" ? value.toLocaleString(tag) : isolated(value);
    });
  };
}
