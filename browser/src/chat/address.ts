/** Where a model server is, and who may be told a key. */
import { isLoopback } from "../ui/network.ts";
import { t } from "./texts.ts";

/**
 * An endpoint's address as it was typed.
 *
 * @throws Error with a sentence for the reader. What was typed is not repeated: it may hold a password.
 */
export function readAddress(text: string): URL {
  const typed = text.trim();
  if (!typed) throw new Error(t("type_address"));
  let url: URL;
  try {
    url = new URL(
      /^[a-z][a-z0-9+.-]*:\/\//i.test(typed)
        ? typed
        : `${isLoopback(typed.split(/[:/]/)[0]!) ? "http" : "https"}://${typed}`,
    );
  } catch {
    throw new Error(t("not_an_address"));
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw new Error(t("scheme"));
  if (url.username || url.password) throw new Error(t("password_in_address"));
  if (url.search || url.hash) throw new Error(t("query_in_address"));
  return url;
}

/** Where Ollama listens unless it was told otherwise. */
const OLLAMA_PORT = "11434";

/**
 * Where nothing answers on the reader's own machine, the address that was likely meant: with http, and Ollama's port where there is
 * none. Undefined elsewhere, and where it is the same.
 */
export function likelyMeant(url: URL): URL | undefined {
  if (!isLoopback(url.hostname)) return undefined;
  const meant = new URL(url);
  meant.protocol = "http:";
  meant.port ||= OLLAMA_PORT;
  return meant.href === url.href ? undefined : meant;
}

/** The address without a final slash. */
export function written(url: URL): string {
  return url.href.replace(/\/+$/, "");
}

/** A key, in memory only, for one origin. */
export class Key {
  #value = "";
  #origin = "";

  /** Takes a key for an endpoint; an empty one forgets the one before. @throws Error with a sentence for the reader. */
  set(value: string, endpoint: URL): void {
    this.#value = "";
    const key = value.trim();
    if (!key) return;
    if (!/^[\x21-\x7e]+$/.test(key)) throw new Error(t("key_characters"));
    if (endpoint.protocol !== "https:" && !isLoopback(endpoint.hostname)) {
      throw new Error(t("key_over_http"));
    }
    this.#value = key;
    this.#origin = endpoint.origin;
  }

  /** The key for a request, or nothing where it goes to another origin than the one the key was given for. */
  for(url: URL): string {
    if (url.origin !== this.#origin) return "";
    return this.#value;
  }

  /** Forgets the key where the endpoint is now another. */
  bind(endpoint: URL): void {
    if (endpoint.origin !== this.#origin) this.#value = "";
  }
}
