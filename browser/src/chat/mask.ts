/**
 * Masks the key if a server repeats it: everything that an endpoint returns passes through here first.
 *
 * `detect` puts this around every endpoint, whichever dialect it speaks. So no key gets onto the screen, into a file, or, in what was said before,
 * to another server.
 */
import type { Key } from "./address.ts";
import {
  EndpointError,
  type Candidate,
  type ChatEvent,
  type ChatRequest,
  type Endpoint,
  type Model,
  type ModelCard,
} from "./wire.ts";

/** Shorter keys are placeholders for servers without keys; masking them would alter ordinary words of answers. */
const SHORTEST = 8;
const SIGN = "…";
/** Nesting depth up to which foreign values are masked; nothing reads deeper values, so they are left out. */
const DEEPEST = 50;

type Token = Extract<ChatEvent, { type: "token" }>;

/** How servers write a character of a key: as it is, and as JSON, JSON within JSON, HTML and addresses write it. */
function written(character: string): string[] {
  if (/^[A-Za-z0-9_-]$/.test(character)) return [character];
  const code = character.charCodeAt(0);
  const hex = code.toString(16).padStart(4, "0");
  const json = [JSON.stringify(character).slice(1, -1), `\\${character}`, `\\u${hex}`, `\\u${hex.toUpperCase()}`];
  const html = [`&#${code};`, `&#${code.toString().padStart(3, "0")};`, `&#x${code.toString(16)};`];
  const named = { '"': "&quot;", "&": "&amp;", "'": "&apos;", "<": "&lt;", ">": "&gt;" }[character] ?? character;
  const percent = encodeURIComponent(character.replace(/[\ud800-\udfff]/, "")).replace(/^.$/, `%${hex.slice(2)}`);
  const again = json.map((each) => JSON.stringify(each).slice(1, -1));
  const all = [character, ...json, ...again, ...html, named, percent, percent.toLowerCase()];
  // The longest first: a `\` may be the first one of two.
  return [...new Set(all)].filter(Boolean).sort((a, b) => b.length - a.length);
}

/** Masks one key. */
export class Mask {
  readonly #key: string;
  /** For each character of the key, how it may be written. */
  readonly #written: string[][];
  readonly #pattern: RegExp;
  /** The characters that the key may begin with. */
  readonly #starts: string;
  /** As many characters as the key may be written in. */
  readonly #longest: number;

  /** @param key Empty for none. */
  constructor(key: string) {
    this.#key = key.length < SHORTEST ? "" : key;
    this.#written = [...Array(this.#key.length).keys()].map((at) => written(this.#key[at]!));
    this.#starts = (this.#written[0] ?? []).map((each) => each[0]).join("");
    const escaped = (text: string): string =>
      text.replace(/[^A-Za-z0-9_]/g, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);
    this.#pattern = new RegExp(this.#written.map((each) => `(?:${each.map(escaped).join("|")})`).join(""), "g");
    this.#longest = this.#written.reduce((sum, each) => sum + each[0]!.length, 0);
  }

  /** A text without the key, as it is or as it may be written. */
  whole(text: string): string {
    return this.#key ? text.replace(this.#pattern, SIGN) : text;
  }

  /** A text without the key; nor does it end with much of it, as one that was cut would. */
  text(text: string): string {
    const whole = this.whole(text);
    const begun = this.begun(whole);
    return begun < SHORTEST ? whole : whole.slice(0, -begun) + SIGN;
  }

  /** A value as JSON has them, with no key in any of its texts or names. */
  value<T>(value: T, depth = 0): T {
    if (!this.#key) return value;
    if (typeof value === "string") return this.text(value) as T;
    if (typeof value !== "object" || value === null) return value;
    if (depth === DEEPEST) return (Array.isArray(value) ? [] : {}) as T;
    if (Array.isArray(value)) return value.map((each) => this.value(each, depth + 1)) as T;
    const entries = Object.entries(value).map(([name, each]) => [this.text(name), this.value(each, depth + 1)]);
    return Object.fromEntries(entries) as T;
  }

  error(error: unknown): unknown {
    return error instanceof EndpointError
      ? new EndpointError(this.text(error.message), error.status, error.retryAfter)
      : error;
  }

  /** How many characters a text ends with in which the key may have begun. */
  begun(text: string): number {
    for (let n = Math.min(text.length, this.#longest - 1); n > 0; n--)
      if (this.#starts.includes(text.at(-n)!) && this.#begins(text.slice(-n))) return n;
    return 0;
  }

  /** Whether a text is the beginning of the key, however it is written. */
  #begins(text: string): boolean {
    // Where in the text each character of the key may begin: escapes can be read in more than one way.
    let at = new Set([0]);
    for (const character of this.#written) {
      const next = new Set<number>();
      for (const start of at)
        for (const each of character) {
          const rest = text.slice(start, start + each.length);
          if (start + rest.length === text.length && each.startsWith(rest)) return true;
          if (rest === each) next.add(start + each.length);
        }
      if (!next.size) return false;
      at = next;
    }
    return false;
  }

  /** An answer's events; a key that was said in several pieces is masked, too. */
  async *events(events: AsyncIterable<ChatEvent>): AsyncGenerator<ChatEvent> {
    if (!this.#key) return yield* events;
    const streams = { text: new MaskedText(this), thinking: new MaskedText(this) };
    const tokens = new MaskedTokens(this);
    for await (const event of events) {
      if (event.type === "text" || event.type === "thinking") {
        const text = streams[event.type].push(event.text);
        if (text) yield { type: event.type, text };
      } else if (event.type === "token") yield* tokens.push(event);
      else if (event.type === "rethink" || event.type === "done") {
        for (const type of ["thinking", "text"] as const) {
          const text = streams[type].end();
          if (text) yield { type, text };
        }
        if (event.type === "done") yield* tokens.end();
        yield this.value(event);
      } else yield this.value(event);
    }
  }
}

/** Masks a text that arrives in pieces. A piece that may begin the key is held back until more has arrived. */
class MaskedText {
  readonly #mask: Mask;
  #held = "";

  constructor(mask: Mask) {
    this.#mask = mask;
  }

  push(text: string): string {
    const all = this.#mask.whole(this.#held + text);
    const shown = all.length - this.#mask.begun(all);
    this.#held = all.slice(shown);
    return all.slice(0, shown);
  }

  end(): string {
    const held = this.#held;
    this.#held = "";
    return this.#mask.text(held);
  }
}

/** Tokens, kept back like a text. Those that make up the key are masked, with their candidates. */
class MaskedTokens {
  readonly #mask: Mask;
  #held: Token[] = [];
  readonly #candidate = ({ token, logprob }: Candidate): Candidate => ({ token: this.#mask.whole(token), logprob });

  constructor(mask: Mask) {
    this.#mask = mask;
  }

  *push(token: Token): Generator<Token> {
    this.#held.push(token);
    const all = this.#joined();
    if (this.#mask.whole(all) !== all) yield* this.#hidden();
    else {
      // Only as many as the key may have begun in: a server can go on for ever with its first character.
      let kept = 0;
      for (let length = this.#mask.begun(all); length > 0; kept++) length -= this.#held.at(-1 - kept)!.token.length;
      yield* this.#shown(this.#held.length - kept);
    }
  }

  end(): Generator<Token> {
    const all = this.#joined();
    return this.#mask.text(all) === all ? this.#shown(this.#held.length) : this.#hidden();
  }

  #joined(): string {
    return this.#held.map(({ token }) => token).join("");
  }

  *#shown(count: number): Generator<Token> {
    for (const { candidates, ...token } of this.#held.splice(0, count))
      yield { ...token, candidates: candidates.map(this.#candidate) };
  }

  *#hidden(): Generator<Token> {
    for (const token of this.#held.splice(0)) yield { ...token, token: SIGN, candidates: [] };
  }
}

/** An endpoint whose words are masked. */
export class Masked implements Endpoint {
  readonly kind: Endpoint["kind"];
  readonly url: string;
  readonly #endpoint: Endpoint;
  readonly #mask: () => Mask;

  constructor(endpoint: Endpoint, key: Key) {
    this.kind = endpoint.kind;
    this.url = endpoint.url;
    this.#endpoint = endpoint;
    this.#mask = () => new Mask(key.for(new URL(endpoint.url)));
  }

  models(signal?: AbortSignal): Promise<Model[]> {
    return this.#masked(this.#endpoint.models(signal));
  }

  show(model: string, signal?: AbortSignal): Promise<ModelCard | null> {
    return this.#masked(this.#endpoint.show(model, signal));
  }

  warmUp(model: string, signal?: AbortSignal): Promise<void> {
    return this.#masked(this.#endpoint.warmUp(model, signal));
  }

  ask(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatEvent> {
    return this.#mask().events(this.#endpoint.ask(request, signal));
  }

  async #masked<T>(answer: Promise<T>): Promise<T> {
    // The key that the request went with, whatever is typed meanwhile.
    const mask = this.#mask();
    try {
      return mask.value(await answer);
    } catch (error) {
      throw mask.error(error);
    }
  }
}
