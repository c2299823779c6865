/**
 * Ollama's native API (`/api/chat`, NDJSON).
 *
 * Unlike Ollama's `/v1`, it tells load time and the server's own durations, reports errors in mid-stream, and can be
 * told not to drop the beginning of a long conversation silently.
 */
import { FACTS } from "../../generated/dialects.ts";
import { written } from "../address.ts";
import { asAmount, asJson, asList, asName, asText, complaint, defined, Http, type Json } from "../http.ts";
import { Reasoning } from "../reasoning.ts";
import { answerEvents, Strays, streamed, tokens, Tools, type Piece } from "../stream.ts";
import {
  EndpointError,
  type ChatEvent,
  type ChatRequest,
  type Dialect,
  type Endpoint,
  type Figures,
  type Model,
  type ModelCard,
  type Settings,
} from "../wire.ts";
import { ofServer } from "../texts.ts";
import { isChat } from "./models.ts";

const { paths, process } = FACTS.ollama;

/** A model that was used stays loaded for five minutes, unless the server was told otherwise. */
const STAYS_MS = 4.5 * 60_000;

/** Milliseconds of `load_duration` from which a model was loaded anew: for a loaded one it is about 1, for a new process at least 300. */
const LOAD_MS = 100;

/** A server that tells its version, as others do, and lists models as Ollama does. */
export const ollama: Dialect = async ({ root, key }, signal) => {
  const http = new Http(root, key);
  const version = asText((await http.json(paths.version, undefined, signal)).version);
  if (!version) return undefined;
  const endpoint = new Ollama(http, written(root), version);
  try {
    await endpoint.models(signal);
  } catch (error) {
    const status = error instanceof EndpointError ? error.status : 0;
    if (status === 404) return undefined;
    if (status !== 503 && status !== 429) throw error;
  }
  return endpoint;
};

class Ollama implements Endpoint {
  readonly kind = "ollama";
  readonly url: string;
  readonly version: string;
  readonly #http: Http;
  /** The model that was used last, and when. */
  #last: { readonly model: string; readonly at: number } | undefined;
  /** Models that cannot think. */
  readonly #plain = new Set<string>();

  constructor(http: Http, url: string, version: string) {
    this.#http = http;
    this.url = url;
    this.version = version;
  }

  async models(signal?: AbortSignal): Promise<Model[]> {
    const { models } = await this.#http.json(paths.models, undefined, signal);
    // Go writes an empty list as null.
    if (!Array.isArray(models) && models !== null) throw new EndpointError(ofServer("no_server"), 404);
    return asList(models)
      .map(asJson)
      .map((entry) => {
        const name = asText(entry.name) || asText(entry.model);
        const isForChat = isChat(name, "", asList(entry.capabilities));
        return {
          ...facts(entry),
          name,
          ...defined<Pick<Model, "size" | "isChat">>({
            size: asAmount(entry.size),
            isChat: isForChat ? undefined : false,
          }),
        };
      });
  }

  async show(model: string, signal?: AbortSignal): Promise<ModelCard | null> {
    const shown = await this.#http.json(paths.show, { model }, signal);
    const tensors = asList(shown.tensors).map(asJson);
    return {
      ...facts(shown),
      name: model,
      added: defined<Record<string, string>>({
        TEMPLATE: asText(shown.template) || undefined,
        SYSTEM: asText(shown.system) || undefined,
        PARAMETER: asText(shown.parameters) || undefined,
      }),
      metadata: asJson(shown.model_info),
      tensors: tensors.map(({ name, type, shape }) => ({
        name: asText(name),
        type: asText(type),
        shape: asList(shape).map((n) => asAmount(n) ?? 0),
      })),
    };
  }

  async warmUp(model: string, signal?: AbortSignal): Promise<void> {
    await this.#http.json(paths.chat, { model, messages: [], stream: false, ...process }, signal);
    this.#last = { model, at: performance.now() };
  }

  ask(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatEvent> {
    const length = {
      limit: request.settings.maxTokens,
      context: (signal: AbortSignal) => this.#context(request.model, signal),
    };
    return answerEvents(async (signal) => this.#answer(request, signal), signal, length);
  }

  async #answer(request: ChatRequest, signal: AbortSignal): Promise<AsyncIterable<Piece>> {
    const { model, messages, settings, candidates } = request;
    const body = {
      model,
      messages,
      stream: true,
      // An error is better than a conversation whose beginning was dropped silently.
      truncate: false,
      ...process,
      options: ollamaOptions(settings),
      ...(candidates === undefined ? {} : { logprobs: true, top_logprobs: candidates }),
    };
    const send = (body: object): Promise<Response> => this.#http.send(paths.chat, body, signal);
    let response: Response;
    if (settings.think && this.#plain.has(model)) response = await send(body);
    else {
      try {
        response = await send({ ...body, think: settings.think });
      } catch (error) {
        if (!settings.think || !(error instanceof EndpointError) || !/does not support thinking/i.test(error.message))
          throw error;
        response = await send(body);
        this.#plain.add(model);
      }
    }
    return this.#told(request, records(response, signal));
  }

  /** An answer, with what its server does not say in words. */
  async *#told({ model, settings }: ChatRequest, rest: AsyncIterable<Piece>): AsyncGenerator<Piece> {
    if (settings.think && this.#plain.has(model)) yield { type: "unused", settings: ["think"] };
    const last = this.#last;
    const wasLoaded = last?.model === model && performance.now() - last.at < STAYS_MS;
    for await (const piece of rest) {
      if (piece.type === "end") {
        const { load = 0 } = piece.figures ?? {};
        if (wasLoaded && load >= LOAD_MS) yield { type: "note", note: { id: "reloaded", ms: load } };
      }
      yield piece;
    }
    this.#last = { model, at: performance.now() };
  }

  /** Tokens of a loaded model's context. */
  async #context(model: string, signal: AbortSignal): Promise<number | undefined> {
    try {
      const { models } = await this.#http.json(paths.loaded, undefined, signal);
      const found = asList(models)
        .map(asJson)
        .find(({ name }) => name === model || name === `${model}:latest`);
      return asAmount(found?.context_length);
    } catch {
      return undefined;
    }
  }
}

/** Settings in the one place where Ollama reads them. */
export function ollamaOptions({ seed, temperature, topP, maxTokens }: Settings): Json {
  return { seed, temperature, top_p: topP, num_predict: maxTokens };
}

/** What `details` says of a model. */
function facts(entry: Json): Pick<Model, "quantization" | "parameters" | "format"> {
  const details = asJson(entry.details);
  const format = asName(details.format);
  return defined<Pick<Model, "quantization" | "parameters" | "format">>({
    quantization: asName(details.quantization_level) || undefined,
    parameters: asName(details.parameter_size) || undefined,
    format: format && format !== "gguf" ? format : undefined,
  });
}

async function* records(response: Response, signal: AbortSignal): AsyncGenerator<Piece> {
  const reasoning = new Reasoning();
  const strays = new Strays();
  const tools = new Tools();
  let rest = "";
  yield* streamed(response, signal, function* (text) {
    // The earlier text contains no line break, so it is not searched again.
    const lines = text.split("\n");
    lines[0] = rest + lines[0]!;
    rest = lines.pop()!;
    for (const line of lines) {
      if (!line || !(yield* record(line, reasoning, tools, response.status, strays))) continue;
      // Some proxies keep the connection open after the last record.
      rest = "";
      return true;
    }
    return false;
  });
  yield* record(rest, reasoning, tools, response.status, strays);
  yield* reasoning.flush();
}

/** The pieces of a record. Returns true for the last record of an answer. */
function* record(
  line: string,
  reasoning: Reasoning,
  tools: Tools,
  status: number,
  strays: Strays,
): Generator<Piece, boolean> {
  if (!line.trim()) return false;
  let parsed: Json;
  try {
    parsed = asJson(JSON.parse(line));
  } catch {
    // The last line of a stream that broke off; the missing final record shows that.
    strays.add(status);
    return false;
  }
  if (parsed.error) throw new EndpointError(complaint(parsed), status);
  if (parsed.model) yield { type: "model", model: asText(parsed.model) };
  const message = asJson(parsed.message);
  if (message.thinking) yield { type: "thinking", text: asText(message.thinking) };
  if (message.content || !(parsed.done || message.thinking)) yield* reasoning.push(asText(message.content));
  yield* tokens(parsed.logprobs);
  for (const call of asList(message.tool_calls)) tools.add(asText(asJson(asJson(call).function).name));
  if (!parsed.done) return false;
  yield* reasoning.flush();
  yield* tools.note();
  const reason = asText(parsed.done_reason);
  const end = { type: "end", figures: figures(parsed) } as const;
  if (reason === "load" || reason === "unload" || reason === "error")
    yield { ...end, reason: "error", message: ofServer("ended", { reason }) };
  else yield { ...end, reason: reason === "length" ? "length" : "stop" };
  return true;
}

/** Ollama counts in nanoseconds. */
function figures(last: Json): Partial<Figures> {
  const ms = (key: string): number | undefined => {
    const ns = asAmount(last[key]);
    return ns === undefined ? undefined : ns / 1e6;
  };
  return defined<Partial<Figures>>({
    load: ms("load_duration"),
    prompt: ms("prompt_eval_duration"),
    promptTokens: asAmount(last.prompt_eval_count),
    generation: ms("eval_duration"),
    tokens: asAmount(last.eval_count),
  });
}
