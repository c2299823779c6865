/**
 * What the chat says to a model server and hears from it, whichever server it is.
 *
 * One `Endpoint` speaks to one server. The chat and the comparison know this file only: not which of the servers' own
 * languages is spoken, nor whether the model runs elsewhere or in the page.
 */
import type { Settings } from "../generated/attributes.ts";
import type { DialectName } from "../generated/dialects.ts";
import type { Key } from "./address.ts";

export type { Settings };

export interface Message {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

export interface ChatRequest {
  /** The server's name of the model. */
  readonly model: string;
  readonly messages: readonly Message[];
  readonly settings: Settings;
  /** How many candidates to tell for each token, up to 20; where absent, tokens are not told one by one. */
  readonly candidates?: number;
}

export interface Candidate {
  readonly token: string;
  /** Natural logarithm of its probability. */
  readonly logprob: number;
}

/**
 * How an answer ended.
 *
 * - `stop`: the model ended it.
 * - `length`: it reached `maxTokens`.
 * - `full`: it filled the model's context before `maxTokens`; `Figures.context` is its size.
 * - `looped`: the model repeated itself, and the server cut it off: a result, not a failure.
 * - `cut`: the stream ended without a word on why.
 * - `stopped`: the reader stopped it.
 * - `error`: it failed; `problem` says how.
 */
export type Reason = "stop" | "length" | "full" | "looped" | "cut" | "stopped" | "error";

/** Durations in milliseconds. The server's own, but for `firstToken` and `total`; absent where it tells none. */
export interface Figures {
  /** From sending the request to the first visible text, thinking included, as seen in the page. */
  firstToken?: number;
  /** From sending the request to its end, as seen in the page. */
  total: number;
  /** Loading the model. */
  load?: number;
  /** Reading the prompt. */
  prompt?: number;
  promptTokens?: number;
  /** Writing the answer. */
  generation?: number;
  tokens?: number;
  /** Tokens of the context, where the answer has filled it. */
  context?: number;
}

/** What readers know of an answer beside its text: `notes.ts` has the sentences. */
export type Note =
  /** The server takes the token limit under another name only. */
  | { readonly id: "renamed"; readonly name: string }
  /** The text is the model's refusal. */
  | { readonly id: "refused" }
  /** The model asked for tools, which the chat has not. */
  | { readonly id: "tools"; readonly names: readonly string[] }
  /** The server loaded a model that it had just used. */
  | { readonly id: "reloaded"; readonly ms: number }
  /** The same question with the same seed had another answer before. */
  | { readonly id: "differs" };

/** The status of a question that was not sent, because there is no model to ask: none that a server has. */
export const NO_MODEL = -1;

/** Why a request failed. */
export interface Problem {
  /** The server's words, or the browser's; no key is ever in it. */
  readonly message: string;
  /** The HTTP status, or 0 where there was no answer that the page may read. */
  readonly status: number;
}

export type ChatEvent =
  /** Nothing yet: the request is put again when the server has loaded the model, or has room; at once after `now`. */
  | { readonly type: "waiting"; readonly why: "loading" | "busy"; readonly seconds: number; readonly now?: () => void }
  /** Settings of the request that are not used, because the server refused them. */
  | { readonly type: "unused"; readonly settings: readonly (keyof Settings)[] }
  | { readonly type: "note"; readonly note: Note }
  /** The model that answers, by the server's word, once. */
  | { readonly type: "model"; readonly model: string }
  /** Never empty. */
  | { readonly type: "text"; readonly text: string }
  /** Never empty. */
  | { readonly type: "thinking"; readonly text: string }
  /** All text so far was thinking: the mark of its end came alone. */
  | { readonly type: "rethink" }
  /** A token that the text or thinking before it holds; likeliest candidate first. */
  | {
      readonly type: "token";
      readonly token: string;
      readonly logprob: number;
      readonly candidates: readonly Candidate[];
    }
  | { readonly type: "done"; readonly reason: Reason; readonly figures: Figures; readonly problem?: Problem };

/** A model that a server offers. */
export interface Model {
  readonly name: string;
  /** Bytes. */
  readonly size?: number;
  /** As the server puts it, for example `Q4_K_M`. */
  readonly quantization?: string;
  /** As the server puts it, for example `4.6B`. */
  readonly parameters?: string;
  /** The file's format where it is not GGUF, for example `safetensors`: then there are no ggml types. */
  readonly format?: string;
  /** False for a model that makes embeddings or the like: it answers no prompts. */
  readonly isChat?: boolean;
}

/** What a server tells of a model's file. */
export interface ModelCard extends Model {
  /** GGUF metadata by key. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tensors: readonly { readonly name: string; readonly type: string; readonly shape: readonly number[] }[];
  /** What the server adds to the file, by the names of Ollama's Modelfile: `TEMPLATE`, `SYSTEM`, `PARAMETER`. */
  readonly added?: Readonly<Record<string, string>>;
}

export interface Endpoint {
  readonly kind: DialectName | "browser";
  /** Where the model runs, as it is shown to the reader. */
  readonly url: string;

  /** @throws EndpointError */
  models(signal?: AbortSignal): Promise<Model[]>;

  /**
   * What the server tells of a model's file, or null where it tells nothing.
   *
   * @throws EndpointError
   */
  show(model: string, signal?: AbortSignal): Promise<ModelCard | null>;

  /**
   * Gets a model into memory, so that an answer's durations are its own.
   *
   * @throws EndpointError
   */
  warmUp(model: string, signal?: AbortSignal): Promise<void>;

  /**
   * Asks for an answer. Never throws; the last event, and only the last, is `done`.
   *
   * @param signal Ends the answer with `stopped`.
   */
  ask(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatEvent>;
}

/** A server that nothing is known of but its address. */
export interface Server {
  /** The address without the folders that belong to a dialect. */
  readonly root: URL;
  /** The first of these folders: `api`, `v1` or another version; empty where the address has none. */
  readonly ending: string;
  /** The address as it was given, without the name of a request. */
  readonly given: URL;
  readonly key: Key;
  /** Models that the author or the reader has named: a server need not list them. */
  readonly named: readonly string[];
}

/**
 * Asks a server whether it speaks a dialect.
 *
 * @returns Undefined where its answer is that of no such server.
 * @throws EndpointError
 */
export type Dialect = (server: Server, signal?: AbortSignal) => Promise<Endpoint | undefined>;

/** A request that got no usable answer. */
export class EndpointError extends Error implements Problem {
  readonly status: number;
  /** Seconds after which the server says to ask again (`Retry-After`), if it says so and the page may read it. */
  readonly retryAfter: number | undefined;

  constructor(message: string, status = 0, retryAfter?: number) {
    super(message);
    this.name = "EndpointError";
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
