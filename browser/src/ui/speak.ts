/** The page's language, and the texts that scripts need in it. */
import { TRANSLATED } from "../generated/texts.ts";
import { fetched } from "./fetched.ts";
import { primary, setLanguage } from "./texts.ts";

/**
 * Sets the page's language, and fetches the groups of texts that scripts need in it. Where one is missing, its texts stay English.
 *
 * @param scripts Their names, which are the first words of their groups' names.
 * @returns Nothing where there is nothing to wait for.
 */
export function speak(tag: string | undefined, scripts: readonly string[]): Promise<unknown> | undefined {
  const language = tag || document.documentElement.lang || "en";
  setLanguage(language);
  const translated = TRANSLATED[primary(language)]?.filter((group) => scripts.includes(group.split("_")[0]!));
  if (!translated?.length) return undefined;
  return Promise.all(translated.map((group) => fetched(`texts/${primary(language)}/${group}.js`).catch(() => {})));
}
