/** What all answers have in common, whatever the server's API: times, waiting, stops, broken connections and loops. */
import { asJson, asList, asNumber, asText, refusePage, texts, type Json } from "./http.ts";
import { EndpointError, type Candidate, type ChatEvent, type Figures, type Reason } from "./wire.ts";
import { ofServer } from "./texts.ts";

/** What a dialect reads from a response: events, texts (which may be empty), and the end if the server stated it. */
export type Piece =
  | Exclude<ChatEvent, { type: "done" }>
  | { readonly type: "end"; readonly reason: Reason; readonly figures?: Partial<Figures>; readonly message?: string }
  | { readonly type: "figures"; readonly figures: Partial<Figures> };

/** More equal pieces in a row than these, and then silence: Ollama cuts a model that repeats one token over 30 times. */
const LOOP = 30;

/** Characters of a server's names and messages that are shown, and number of tools that a model called. */
const LONGEST_NAME = 300;
const MOST_TOOLS = 10;

/** Milliseconds to wait for a server to return the size of a context. */
const CONTEXT_WAIT = 5000;

/** The log probability of a token for which a server returns none: JSON has no infinity. This is vLLM's number. */
const IMPOSSIBLE = -9999;

/** Maximum characters of an answer: no model writes as much, but a hostile server could. */
const LONGEST = 2_000_000;

/** Maximum characters of one record of a stream: a line of Ollama's, an event of OpenAI's API. */
export const MAX_RECORD = 4_000_000;

/** A stream may have this many lines that are no records. */
const MAX_STRAYS = 100;

/** Milliseconds after which reading yields to the page: a server that sends everything at once leaves no pause itself. */
const HOLD = 6;

/** Waits of a request that met a full server, in seconds; a model that loads is asked for each second. */
const BUSY_WAITS = [2, 4, 8, 15, 30, 60];
const LOADING_WAITS = Array<number>(300).fill(1);

/** A server that asks for a longer wait than this, in seconds, is not waited for: the reader gets its error and decides. */
const MAX_RETRY_AFTER = 120;

/** What a request says of its answer's length. */
export interface Length {
  /** Tokens that the answer may have. */
  readonly limit: number;
  /** Tokens of the model's context, by the server's word; undefined where it says nothing. Never throws. */
  readonly context?: (signal: AbortSignal) => Promise<number | undefined>;
}

/**
 * An answer's events.
 *
 * @param open Sends the request and gives its pieces; is called again where the server was not ready.
 * @param length Tells an answer that reached its limit from one that filled the context.
 */
export async function* answerEvents(
  open: (signal: AbortSignal) => Promise<AsyncIterable<Piece>>,
  signal: AbortSignal,
  length?: Length,
): AsyncGenerator<ChatEvent> {
  const sent = performance.now();
  const figures: Figures = { total: 0 };
  const done = (reason: Reason, problem?: EndpointError): ChatEvent => {
    figures.total = performance.now() - sent;
    const event = { type: "done", reason, figures } as const;
    return problem
      ? { ...event, problem: { message: problem.message.slice(0, LONGEST_NAME), status: problem.status } }
      : event;
  };
  const waits = { loading: [...LOADING_WAITS], busy: [...BUSY_WAITS] };
  let end: Extract<Piece, { type: "end" }> | undefined;
  let last = "";
  let equal = 0;
  let written = 0;
  let isNamed = false;
  const noted = new Set<string>();
  let rested = sent;
  try {
    for (;;) {
      let pieces: AsyncIterable<Piece>;
      try {
        pieces = await open(signal);
      } catch (error) {
        const why = unready(error);
        const usual = why && waits[why].shift();
        if (!usual) throw error;
        const asked = (error as EndpointError).retryAfter;
        if (asked !== undefined && asked > MAX_RETRY_AFTER) throw error;
        // A class that was refused together must not ask together again; nor before the time that the server asked for.
        const seconds = asked || usual;
        const spread = why === "loading" ? 1 : asked ? 1 + Math.random() / 4 : 0.75 + Math.random() / 2;
        const pause = new Pause(seconds * spread, signal);
        yield { type: "waiting", why, seconds, now: pause.end };
        await pause.over;
        continue;
      }
      for await (const piece of pieces) {
        if (piece.type === "end") {
          end = piece;
          Object.assign(figures, piece.figures);
          continue;
        }
        if (piece.type === "figures") {
          Object.assign(figures, piece.figures);
          continue;
        }
        if (piece.type === "model") {
          if (isNamed || !piece.model) continue;
          isNamed = true;
          yield { ...piece, model: piece.model.slice(0, LONGEST_NAME) };
          continue;
        }
        if (piece.type === "note") {
          if (noted.has(piece.note.id)) continue;
          noted.add(piece.note.id);
        }
        if (piece.type === "text" || piece.type === "thinking") {
          const text = piece.type + piece.text.trim();
          equal = text === last ? equal + 1 : 0;
          last = text;
          written += piece.text.length;
          if (!piece.text) continue;
          figures.firstToken ??= performance.now() - sent;
        }
        yield piece;
        if (performance.now() - rested > HOLD) {
          await new Promise((resolve) => setTimeout(resolve));
          rested = performance.now();
        }
        if (written > LONGEST) {
          yield done("cut", new EndpointError(ofServer("too_long", { count: LONGEST }), 200));
          return;
        }
      }
      break;
    }
  } catch (error) {
    // An answer that has ended stays so, whatever then becomes of its connection.
    if (!end || (error instanceof EndpointError && !signal.aborted)) {
      if (signal.aborted) yield done("stopped");
      else if (error instanceof EndpointError)
        yield done(/repeat limit|repetition/i.test(error.message) ? "looped" : "error", error);
      // The connection was lost in the middle.
      else if (figures.firstToken !== undefined) yield done("cut");
      else yield done("error", new EndpointError(error instanceof Error ? error.message : String(error)));
      return;
    }
  }
  if (end) {
    const isFull = end.reason === "length" && length && figures.tokens !== undefined && figures.tokens < length.limit;
    const patience = AbortSignal.any([signal, AbortSignal.timeout(CONTEXT_WAIT)]);
    if (isFull) figures.context = (await length.context?.(patience)) ?? figures.tokens! + (figures.promptTokens ?? 0);
    yield done(isFull ? "full" : end.reason, end.message ? new EndpointError(end.message, 200) : undefined);
  } else if (signal.aborted) yield done("stopped");
  else yield done(equal >= LOOP ? "looped" : "cut");
}

/**
 * What a server's stream is read into.
 *
 * @param read Gives the pieces of what has come; returns true where nothing may follow.
 * @throws EndpointError More came without a piece than a record may have: what never becomes one is not read for ever.
 */
export async function* streamed(
  response: Response,
  signal: AbortSignal,
  read: (text: string) => Generator<Piece, boolean>,
): AsyncGenerator<Piece> {
  let silent = 0;
  let isFirst = true;
  for await (const text of texts(response, signal)) {
    if (isFirst && text.trim()) {
      refusePage(text);
      isFirst = false;
    }
    silent += text.length;
    const pieces = read(text);
    for (;;) {
      const { done, value } = pieces.next();
      if (done && value) return;
      if (done) break;
      silent = 0;
      yield value;
    }
    if (silent > MAX_RECORD) throw new EndpointError(ofServer("endless_record"), response.status);
  }
}

/** Counts what is no record in a stream: the end of one that was cut, or a proxy's words. */
export class Strays {
  #count = 0;

  /** @throws EndpointError There are too many: to find out about one costs more than to read a record. */
  add(status: number): void {
    if (++this.#count > MAX_STRAYS) throw new EndpointError(ofServer("no_records"), status);
  }
}

/** A quota that is used up: waiting does not bring it back. */
export const QUOTA =
  /insufficient_quota|exceeded your current quota|billing|out of credits|credit balance|insufficient (credits?|balance|funds)/i;

/** Why a server was not ready, where asking again will help. */
function unready(error: unknown): "loading" | "busy" | undefined {
  if (!(error instanceof EndpointError) || QUOTA.test(error.message)) return undefined;
  if (error.status === 429) return "busy";
  if (error.status !== 503) return undefined;
  return /load/i.test(error.message) ? "loading" : "busy";
}

/** A wait that can be ended early. */
class Pause {
  /** Rejects where the signal is aborted. */
  readonly over: Promise<void>;
  end = (): void => {};

  constructor(seconds: number, signal: AbortSignal) {
    this.over = new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", settle);
        if (signal.aborted) reject(signal.reason);
        else resolve();
      };
      const timer = setTimeout(settle, signal.aborted ? 0 : seconds * 1000);
      signal.addEventListener("abort", settle);
      this.end = settle;
    });
    // If the consumer stops, nobody waits for this promise.
    this.over.catch(() => {});
  }
}

/** The tools that a model called. */
export class Tools {
  readonly #names = new Set<string>();

  add(name: string): void {
    if (name && this.#names.size < MOST_TOOLS) this.#names.add(name.slice(0, LONGEST_NAME));
  }

  *note(): Generator<Piece> {
    if (this.#names.size) yield { type: "note", note: { id: "tools", names: [...this.#names] } };
  }
}

/** Tokens with their candidates, which several dialects write alike. */
export function* tokens(list: unknown): Generator<Piece> {
  const one = (entry: Json): Candidate => ({
    token: asText(entry.token),
    logprob: Math.max(asNumber(entry.logprob) ?? IMPOSSIBLE, IMPOSSIBLE),
  });
  for (const entry of asList(list).map(asJson)) {
    yield { type: "token", ...one(entry), candidates: asList(entry.top_logprobs).map(asJson).map(one) };
  }
}
