/** Requests to a model server: no cookies, no redirects, no referrer, and the key for its own origin only. */
import { isLoopback } from "../ui/network.ts";
import { isObject } from "../ui/shapes.ts";
import type { Key } from "./address.ts";
import { ofServer } from "./texts.ts";
import { EndpointError } from "./wire.ts";

/** Maximum characters read of an error page, and of a JSON answer that is not a stream (the longest are model lists). */
const MAX_ERROR = 64 * 1024;
const MAX_JSON = 20_000_000;

/** Options of every request to a model server. */
export const PLAIN: RequestInit = { credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" };

export class Http {
  constructor(
    readonly base: URL,
    readonly key: Key,
  ) {}

  /** The address of a path below the base. */
  at(path: string): URL {
    const url = new URL(this.base);
    url.pathname = url.pathname.replace(/\/+$/, "") + path;
    return url;
  }

  /**
   * Sends a request: a POST of JSON where there is a body, else a GET.
   *
   * @throws EndpointError Where there is no answer, or its status is not a success.
   */
  async send(path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    const url = this.at(path);
    const key = this.key.for(url);
    // Servers allow only a few headers across origins; Ollama allows these two.
    const headers: Record<string, string> = {};
    if (key) headers.Authorization = `Bearer ${key}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const request: RequestInit & { targetAddressSpace?: string } = { ...PLAIN, headers };
    if (body !== undefined) Object.assign(request, { method: "POST", body: JSON.stringify(body) });
    // Not for what is posted, which no cache keeps anyway: Chromium would ask for leave (`OPTIONS`) before every one of them.
    else request.cache = "no-store";
    if (signal) request.signal = signal;
    // A page on https may use plain http only for the local network, and must declare it with this option.
    if (url.protocol === "http:" && globalThis.location?.protocol === "https:" && !isLoopback(url.hostname))
      request.targetAddressSpace = "local";
    let response: Response;
    try {
      response = await fetch(url, request);
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new EndpointError(ofServer("no_readable_answer"));
    }
    if (response.ok) return response;
    const after = retryAfter(response.headers.get("retry-after"));
    throw new EndpointError(await errorText(response), response.status, after);
  }

  /** The JSON object that a request is answered with. @throws EndpointError */
  async json(path: string, body?: unknown, signal?: AbortSignal): Promise<Json> {
    return asJson(await this.value(path, body, signal));
  }

  /** The JSON that a request is answered with, whatever it is. @throws EndpointError */
  async value(path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
    const response = await this.send(path, body, signal);
    let text = "";
    try {
      for await (const part of texts(response, signal)) {
        text += part;
        if (text.length > MAX_JSON) break;
      }
      return JSON.parse(text);
    } catch (error) {
      if (signal?.aborted) throw error;
      if (text.length > MAX_JSON)
        throw new EndpointError(ofServer("answer_too_long", { count: MAX_JSON }), response.status);
      throw new EndpointError(ofServer("not_json"), 404);
    }
  }
}

/**
 * Checks the beginning of an answer, which is no page, as a proxy's form to sign in is.
 *
 * @throws EndpointError
 */
export function refusePage(text: string): void {
  if (text.trimStart().startsWith("<")) throw new EndpointError(ofServer("not_json"), 404);
}

/** An object that another party sent: any key may be missing, any value may be anything. */
export type Json = { readonly [key: string]: unknown };

/** The value as an object; an empty one where it is none. */
export function asJson(value: unknown): Json {
  return isObject(value) ? value : {};
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The text of a name, in a length that names have. */
export function asName(value: unknown): string {
  return asText(value).slice(0, 300);
}

/** A finite number, or undefined. */
export function asNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A count, a size or a duration: a number that can be one, or undefined. */
export function asAmount(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number >= 0 && number <= Number.MAX_SAFE_INTEGER ? number : undefined;
}

/** The same without the keys that have no value. */
export function defined<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

/** What a server says is wrong, in any of the shapes in use; empty where it says nothing. */
export function complaint(record: Json): string {
  const { error } = record;
  if (typeof error === "string") {
    // Ollama hands llama-server's errors on as the JSON that they are.
    const inner = error.startsWith("{") ? complaint(parsed(error)) : "";
    return inner || error;
  }
  const { message, code } = asJson(error);
  const words =
    asText(message) ||
    asText(record.message) ||
    // FastAPI says `detail`, vLLM puts `object: "error"` beside `message`.
    asText(record.detail) ||
    asList(record.detail).map(field).filter(Boolean).join("; ") ||
    (error ? JSON.stringify(error).slice(0, 300) : "");
  const name = asText(code);
  return words && /^[a-z_]+$/.test(name) && !words.includes(name) ? `${words} (${name})` : words;
}

/** A field that FastAPI refuses. */
function field(entry: unknown): string {
  const { loc, msg } = asJson(entry);
  return [asList(loc).map(String).join("."), asText(msg)].filter(Boolean).join(": ");
}

function parsed(text: string): Json {
  try {
    return asJson(JSON.parse(text));
  } catch {
    return {};
  }
}

/** The seconds of a `Retry-After`, which has a number of seconds or a date (RFC 9110, 10.2.3); undefined without either. */
function retryAfter(header: string | null): number | undefined {
  if (!header) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}

async function errorText(response: Response): Promise<string> {
  let text = "";
  try {
    for await (const part of texts(response)) {
      text += part;
      if (text.length > MAX_ERROR) break;
    }
  } catch {
    // The part that has arrived is enough.
  }
  // The title is the most informative part of a proxy's HTML page.
  text = complaint(parsed(text)) || (/<title>([^<]*)/i.exec(text)?.[1] ?? text);
  return text.trim().slice(0, 300) || response.statusText || ofServer("status", { status: String(response.status) });
}

/**
 * A response's text as it arrives; characters that are split between two parts come whole.
 *
 * @param signal Ends it early, without an error.
 */
export async function* texts(response: Response, signal?: AbortSignal): AsyncGenerator<string> {
  // A response with the status 204 has no content.
  if (!response.body) return;
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  // The request's own signal may be deaf by now: Node forgets it where `redirect` is "error" (nodejs/undici#4627).
  const stop = (): void => void reader.cancel().catch(() => {});
  signal?.addEventListener("abort", stop);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const text = decoder.decode(value, { stream: !done });
      if (text) yield text;
      if (done) return;
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    // Ends the request if the consumer stops early.
    stop();
  }
}
