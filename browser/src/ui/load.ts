/**
 * `<quantlab-load data-file="chat.js">`: fetches a script of ours where it stands in a page, and there only.
 *
 * An element, so that it also works where instant navigation puts it into the page. Classic scripts, because module scripts
 * do not run on a page that was opened from a file.
 */
import { page, TRANSLATED } from "../generated/texts.ts";
import { BASE } from "./base.ts";
import { trustedScript } from "./trusted.ts";
import { primary, setLanguage, texts } from "./texts.ts";

const t = texts("page", page);

/** Files that were asked for, and when they have run. */
const asked = new Map<string, Promise<void>>();

/** Fetches and runs a script of ours once. @throws Error It could not be fetched. */
export function fetched(file: string): Promise<void> {
  const known = asked.get(file);
  if (known) return known;
  const loading = new Promise<void>((resolve, reject) => {
    const script = document.createElement("script");
    script.src = trustedScript(BASE + file);
    script.onload = () => {
      script.remove();
      resolve();
    };
    script.onerror = () => {
      script.remove();
      asked.delete(file);
      reject(new Error(file));
    };
    document.head.append(script);
  });
  asked.set(file, loading);
  return loading;
}

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

export class QuantlabLoad extends HTMLElement {
  connectedCallback(): void {
    void this.#load(this.dataset.file ?? "");
  }

  async #load(file: string): Promise<void> {
    if (!/^[a-z]+\.js$/.test(file)) return;
    await speak(this.dataset.language, ["page", "shared", file.slice(0, -3)]);
    await fetched(file).catch(() => {
      this.textContent = t("part_missing");
    });
  }
}
