/**
 * Ollama's native API (`/api/chat`, NDJSON).
 *
 * Unlike Ollama's `/v1`, it tells load time and the server's own durations, reports errors in mid-stream, and can be
 * told not to drop the beginning of a long conversation silently.
 */
import { FACTS } from "../../generated/dialects.ts";
import { written } from "../address.ts";
import { asJson, asList, asNumber, asText, complaint, defined, Http, texts, type Json } from "../http.ts";
import { Reasoning } from "../reasoning.ts";
import { answerEvents, MAX_RECORD, tokens, type Piece } from "../stream.ts";
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

const { paths } = FACTS.ollama;

/** A server that tells its version. */
export const ollama: Dialect = async ({ root, key }, signal) => {
  const http = new Http(root, key);
  const version = asText((await http.json(paths.version, undefined, signal)).version);
  return version ? new Ollama(http, written(root), version) : undefined;
};

class Ollama implements Endpoint {
  readonly kind = "ollama";
  readonly url: string;
  readonly version: string;
  readonly #http: Http;

  constructor(http: Http, url: string, version: string) {
    this.#http = http;
    this.url = url;
    this.version = version;
  }

  async models(signal?: AbortSignal): Promise<Model[]> {
    const { models } = await this.#http.json(paths.models, undefined, signal);
    return asList(models)
      .map(asJson)
      .map((entry) => ({
        ...facts(entry),
        name: asText(entry.name) || asText(entry.model),
        ...defined<Pick<Model, "size">>({ size: asNumber(entry.size) }),
      }));
  }

  async show(model: string, signal?: AbortSignal): Promise<ModelCard | null> {
    const shown = await this.#http.json(paths.show, { model }, signal);
    const tensors = asList(shown.tensors).map(asJson);
    return {
      ...facts(shown),
      name: model,
      metadata: asJson(shown.model_info),
      tensors: tensors.map(({ name, type, shape }) => ({
        name: asText(name),
        type: asText(type),
        shape: asList(shape).map((n) => asNumber(n) ?? 0),
      })),
    };
  }

  async warmUp(model: string, signal?: AbortSignal): Promise<void> {
    await this.#http.json(paths.chat, { model, messages: [], stream: false }, signal);
  }

  ask(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatEvent> {
    const { model, messages, settings } = request;
    const body = {
      model,
      messages,
      stream: true,
      // An error is better than a conversation that lost its beginning and does not say so.
      truncate: false,
      shift: false,
      // Anywhere else these are ignored.
      options: {
        seed: settings.seed,
        temperature: settings.temperature,
        top_p: settings.topP,
        num_predict: settings.maxTokens,
      },
      ...(request.candidates === undefined ? {} : { logprobs: true, top_logprobs: request.candidates }),
    };
    return answerEvents(async (signal) => {
      try {
        return records(await this.#http.send(paths.chat, { ...body, think: settings.think }, signal), signal);
      } catch (error) {
        if (!settings.think || !(error instanceof EndpointError) || !/does not support thinking/i.test(error.message))
          throw error;
        return records(await this.#http.send(paths.chat, body, signal), signal);
      }
    }, signal);
  }
}

/** What `details` says of a model. */
function facts(entry: Json): Pick<Model, "quantization" | "parameters"> {
  const details = asJson(entry.details);
  return defined<Pick<Model, "quantization" | "parameters">>({
    quantization: asText(details.quantization_level) || undefined,
    parameters: asText(details.parameter_size) || undefined,
  });
}

async function* records(response: Response, signal: AbortSignal): AsyncGenerator<Piece> {
  const reasoning = new Reasoning();
  let rest = "";
  for await (const text of texts(response, signal)) {
    // What was read before has no end of a line: it is not looked through again.
    const lines = text.split("\n");
    lines[0] = rest + lines[0]!;
    rest = lines.pop()!;
    if (rest.length > MAX_RECORD) throw new EndpointError(ofServer("endless_record"), response.status);
    for (const line of lines) yield* record(line, reasoning, response.status);
  }
  yield* record(rest, reasoning, response.status);
  yield* reasoning.flush();
}

function* record(line: string, reasoning: Reasoning, status: number): Generator<Piece> {
  if (!line.trim()) return;
  let parsed: Json;
  try {
    parsed = asJson(JSON.parse(line));
  } catch {
    // The last line of a stream that was cut in the middle of it: its missing end tells.
    return;
  }
  if (parsed.error) throw new EndpointError(complaint(parsed), status);
  if (parsed.model) yield { type: "model", model: asText(parsed.model) };
  const message = asJson(parsed.message);
  if (message.thinking) yield { type: "thinking", text: asText(message.thinking) };
  if (message.content || !(parsed.done || message.thinking)) yield* reasoning.push(asText(message.content));
  yield* tokens(parsed.logprobs);
  if (!parsed.done) return;
  yield* reasoning.flush();
  yield { type: "end", reason: parsed.done_reason === "length" ? "length" : "stop", figures: figures(parsed) };
}

/** Ollama counts in nanoseconds. */
function figures(last: Json): Partial<Figures> {
  const ms = (key: string): number | undefined => {
    const ns = asNumber(last[key]);
    return ns === undefined ? undefined : ns / 1e6;
  };
  return defined<Partial<Figures>>({
    load: ms("load_duration"),
    prompt: ms("prompt_eval_duration"),
    promptTokens: asNumber(last.prompt_eval_count),
    generation: ms("eval_duration"),
    tokens: asNumber(last.eval_count),
  });
}
