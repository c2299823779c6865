/** The API that llama-server, LM Studio, vLLM and many more share: OpenAI's `/v1/chat/completions`, as server-sent events. */
import { createParser } from "eventsource-parser";
import { FACTS } from "../../generated/dialects.ts";
import { written } from "../address.ts";
import { asAmount, asJson, asList, asName, asText, complaint, defined, Http, type Json } from "../http.ts";
import { Reasoning, spoken } from "../reasoning.ts";
import { answerEvents, MAX_RECORD, Strays, streamed, tokens, Tools, type Piece } from "../stream.ts";
import { isChat } from "./models.ts";
import { ollamaOptions } from "./ollama.ts";
import { Taken } from "./taken_fields.ts";
import {
  EndpointError,
  type ChatEvent,
  type ChatRequest,
  type Dialect,
  type Endpoint,
  type Figures,
  type Model,
  type ModelCard,
} from "../wire.ts";
import { ofServer } from "../texts.ts";

const { paths } = FACTS.openai;

/**
 * Accepts a server that lists models, or that is too busy to list them (a prompt will tell). If models are named, a server without a
 * list is accepted, too, if it knows the path for prompts.
 */
export const openai: Dialect = async ({ root, ending, given, key, named }, signal) => {
  const version = /^v\d/.test(ending) ? ending : "v1";
  const places = [
    new OpenAI(new Http(root, key), {
      kind: "openai",
      url: `${written(root)}/${version}`,
      models: paths.models.replace("v1", version),
      chat: paths.chat.replace("v1", version),
    }),
  ];
  // Some have their API in a folder of another name.
  if (ending !== version)
    places.push(
      new OpenAI(new Http(given, key), {
        kind: "openai",
        url: written(given),
        models: paths.models.replace("/v1", ""),
        chat: paths.chat.replace("/v1", ""),
      }),
    );
  let problem: unknown;
  for (const endpoint of places) {
    try {
      await endpoint.models(signal);
      return endpoint;
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      if (error.status === 503 || error.status === 429) return endpoint;
      if (error.status && error.status !== 404 && error.status !== 405) throw error;
      problem ??= error;
    }
  }
  for (const endpoint of named.length ? places : [])
    if (await endpoint.takesPrompts(named[0]!, signal)) return endpoint;
  throw problem;
};

/** Where a server has its requests, and as what it is known. */
interface Place {
  readonly kind: "openai" | "openwebui";
  readonly url: string;
  readonly models: string;
  readonly chat: string;
}

export class OpenAI implements Endpoint {
  readonly kind: Place["kind"];
  readonly url: string;
  readonly #http: Http;
  readonly #place: Place;
  /** What was learnt of the fields that each model takes. */
  readonly #taken = new Map<string, Taken>();
  /** Models of an Ollama behind the server: it reads settings in Ollama's own place. */
  #ofOllama = new Set<string>();

  constructor(http: Http, place: Place) {
    this.#http = http;
    this.#place = place;
    this.kind = place.kind;
    this.url = place.url;
  }

  async models(signal?: AbortSignal): Promise<Model[]> {
    const listed = await this.#http.value(this.#place.models, undefined, signal);
    const { data, models } = asJson(listed);
    // Together returns a bare array.
    const entries = (Array.isArray(listed) ? listed : asList(data ?? models)).map(asJson);
    if (!entries.length && !Array.isArray(listed) && !Array.isArray(data ?? models))
      throw new EndpointError(ofServer("no_server"), 404);
    this.#ofOllama = new Set(entries.filter((entry) => entry.owned_by === "ollama").map(({ id }) => asText(id)));
    return entries.map((entry) => {
      // llama-server tells what the file is; LM Studio names its quantization.
      const meta = asJson(entry.meta);
      const details = asJson(asJson(entry.ollama).details);
      const name = asText(entry.id) || asText(entry.name) || asText(entry.model);
      return {
        name,
        ...defined<Omit<Model, "name">>({
          size: asAmount(meta.size) ?? asAmount(asJson(entry.ollama).size),
          quantization:
            asName(meta.ftype) || asName(entry.quantization) || asName(details.quantization_level) || undefined,
          isChat: isChat(name, asText(entry.type)) ? undefined : false,
        }),
      };
    });
  }

  /** Whether the server knows the request that takes prompts; none is sent. */
  async takesPrompts(model: string, signal?: AbortSignal): Promise<boolean> {
    try {
      await this.#http.send(this.#place.chat, { model, messages: [] }, signal);
      return true;
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      const { status, message } = error;
      return status !== 0 && status !== 405 && (status !== 404 || /model/i.test(message));
    }
  }

  async show(): Promise<ModelCard | null> {
    return null;
  }

  async warmUp(model: string, signal?: AbortSignal): Promise<void> {
    const settings = { seed: 0, temperature: 0, topP: 1, maxTokens: 1, think: false };
    const request = { model, messages: [{ role: "user", content: "Hi" }] as const, settings };
    for await (const event of this.ask(request, signal ?? new AbortController().signal)) {
      if (event.type === "done" && event.problem) throw new EndpointError(event.problem.message, event.problem.status);
    }
  }

  ask(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatEvent> {
    const limit = request.settings.maxTokens;
    return answerEvents(async (signal) => this.#answer(request, signal), signal, { limit });
  }

  async #answer(request: ChatRequest, signal: AbortSignal): Promise<AsyncIterable<Piece>> {
    const taken = this.#taken.get(request.model) ?? new Taken();
    this.#taken.set(request.model, taken);
    const { needed, wanted } = fields(request);
    if (this.kind === "openwebui" && this.#ofOllama.has(request.model))
      wanted.options = ollamaOptions(request.settings);
    const response = await taken.send(needed, wanted, (body) => this.#http.send(this.#place.chat, body, signal));
    return told(taken, request, pieces(response, signal));
  }
}

/** An answer, after what was learnt of its request. */
async function* told(taken: Taken, { settings }: ChatRequest, rest: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  const unused = taken.unused(settings.think);
  if (unused.length) yield { type: "unused", settings: unused };
  if (taken.limitName) yield { type: "note", note: { id: "renamed", name: taken.limitName } };
  yield* rest;
}

/** A request in OpenAI's words: what every server takes, and what some refuse and only some need. */
export function fields({ model, messages, settings, candidates }: ChatRequest): {
  needed: Record<string, unknown>;
  wanted: Record<string, unknown>;
} {
  const needed = { model, messages, stream: true };
  const wanted = {
    temperature: settings.temperature,
    max_tokens: settings.maxTokens,
    seed: settings.seed,
    top_p: settings.topP,
    stream_options: { include_usage: true },
    // llama-server and vLLM hand this to the model's template; OpenAI and Ollama know the other.
    chat_template_kwargs: { enable_thinking: settings.think },
    ...(settings.think ? {} : { reasoning_effort: "none" }),
    // A prompt that was read before would make a first token early; llama-server's own name.
    cache_prompt: false,
    ...(candidates === undefined ? {} : { logprobs: true, top_logprobs: candidates }),
  };
  return { needed, wanted };
}

async function* pieces(response: Response, signal: AbortSignal): AsyncGenerator<Piece> {
  const reader = new Records(response.status);
  const events: { event?: string | undefined; data: string }[] = [];
  const parser = createParser({
    onEvent: (event) => events.push(event),
    // Some servers put an error into a stream of events as bare JSON.
    onError: ({ type, line }) => {
      if (type === "unknown-field" && line?.startsWith("{")) events.push({ data: line });
      else if (type === "unknown-field") reader.strays.add(response.status);
      if (type === "max-buffer-size-exceeded") throw new EndpointError(ofServer("endless_record"), response.status);
    },
    maxBufferSize: MAX_RECORD,
  });
  // A server that cannot stream answers with one record. Content types are often wrong, so the first character decides.
  let isStream: boolean | undefined;
  let whole = "";
  yield* streamed(response, signal, function* (text) {
    if (isStream === undefined) {
      whole = (whole + text).trimStart();
      if (!whole) return false;
      isStream = !whole.startsWith("{") && !whole.startsWith("[");
      if (!isStream) return false;
      parser.feed(whole);
      whole = "";
    } else if (isStream) parser.feed(text);
    else whole += text;
    for (const event of events.splice(0)) yield* reader.read(event.data, event.event);
    return reader.isOver;
  });
  if (reader.isOver) return;
  if (whole) {
    const isOne = isJson(whole);
    for (const record of isOne ? [whole] : whole.split("\n")) if (record.trim()) yield* reader.read(record);
  }
  // A last event without its empty line.
  parser.reset({ consume: true });
  for (const event of events.splice(0)) yield* reader.read(event.data, event.event);
  yield* reader.finish();
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What servers call the end at a token limit. */
const LENGTH = new Set(["length", "max_tokens", "max_length", "model_length"]);

/** Finish reasons that mean that the answer failed. */
const FAILED = new Set([
  "error",
  "content_filter",
  "safety",
  "recitation",
  "abort",
  "aborted",
  "cancelled",
  "canceled",
  "timeout",
  "insufficient_system_resource",
]);

/** Reads an answer's records. */
export class Records {
  readonly #status: number;
  readonly #reasoning = new Reasoning();
  readonly strays = new Strays();
  /** `[DONE]` came: nothing follows. */
  isOver = false;
  #hasEnded = false;
  #hasRefused = false;
  readonly #tools = new Tools();

  constructor(status: number) {
    this.#status = status;
  }

  *read(data: string, event?: string): Generator<Piece> {
    if (data.trim() === "[DONE]") {
      this.isOver = true;
      yield* this.finish();
      if (!this.#hasEnded) yield { type: "end", reason: "stop" };
      return;
    }
    let record: Json;
    try {
      record = asJson(JSON.parse(data));
    } catch {
      if (event === "error") throw new EndpointError(data.slice(0, 300), this.#status);
      return this.strays.add(this.#status);
    }
    yield* this.take(record, event);
  }

  *take(record: Json, event?: string): Generator<Piece> {
    // Three shapes in use, and all come with status 200.
    if (record.error || record.object === "error" || event === "error")
      throw new EndpointError(complaint(record) || ofServer("error"), this.#status);
    if (record.model) yield { type: "model", model: asText(record.model) };
    const choice = asJson(asList(record.choices)[0]);
    const delta = asJson(choice.delta ?? choice.message);
    const tools = [...asList(delta.tool_calls), delta.function_call].map((call) => asJson(call));
    for (const call of tools) this.#tools.add(asText(asJson(call.function).name) || asText(call.name));
    if (delta.refusal) {
      if (!this.#hasRefused) yield { type: "note", note: { id: "refused" } };
      this.#hasRefused = true;
      yield* this.#reasoning.push(asText(delta.refusal));
    }
    // An empty text beside the end is no token.
    if (delta.content !== "" || !choice.finish_reason) yield* spoken(delta, this.#reasoning);
    yield* tokens(asJson(choice.logprobs).content);
    yield { type: "figures", figures: figures(record) };
    const reason = asText(choice.finish_reason);
    if (!reason) return;
    yield* this.#reasoning.flush();
    this.#hasEnded = true;
    yield* this.#tools.note();
    const why = reason.toLowerCase();
    if (LENGTH.has(why)) yield { type: "end", reason: "length" };
    else if (FAILED.has(why)) yield { type: "end", reason: "error", message: ofServer("ended", { reason }) };
    else yield { type: "end", reason: "stop" };
  }

  finish(): Generator<Piece> {
    return this.#reasoning.flush();
  }
}

/** llama-server reports durations; every server may report counts. */
function figures(record: Json): Partial<Figures> {
  const usage = asJson(record.usage);
  const timings = asJson(record.timings);
  return defined<Partial<Figures>>({
    promptTokens: asAmount(usage.prompt_tokens),
    tokens: asAmount(usage.completion_tokens) ?? asAmount(timings.predicted_n),
    prompt: asAmount(timings.prompt_ms),
    generation: asAmount(timings.predicted_ms),
  });
}
