/** The API that llama-server, LM Studio, vLLM and many more share: OpenAI's `/v1/chat/completions`, as server-sent events. */
import { createParser } from "eventsource-parser";
import { FACTS } from "../../generated/dialects.ts";
import { written } from "../address.ts";
import { asJson, asList, asNumber, asText, complaint, defined, Http, texts, type Json } from "../http.ts";
import { Reasoning, spoken } from "../reasoning.ts";
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

const { paths } = FACTS.openai;

/** A server that lists models, or is too busy for it: a prompt will tell. */
export const openai: Dialect = async ({ root, ending, key }, signal) => {
  const endpoint = new OpenAI(new Http(root, key), /^v\d/.test(ending) ? ending : "v1");
  try {
    await endpoint.models(signal);
  } catch (error) {
    if (!(error instanceof EndpointError) || (error.status !== 503 && error.status !== 429)) throw error;
  }
  return endpoint;
};

class OpenAI implements Endpoint {
  readonly kind = "openai";
  readonly url: string;
  readonly #http: Http;
  readonly #version: string;
  /** Fields that this server would not take. */
  readonly #refused = new Set<string>();

  /** @param version The folder that stands for `v1`. */
  constructor(http: Http, version: string) {
    this.#http = http;
    this.#version = version;
    this.url = `${written(http.base)}/${version}`;
  }

  #at(path: string): string {
    return path.replace("v1", this.#version);
  }

  async models(signal?: AbortSignal): Promise<Model[]> {
    const { data } = await this.#http.json(this.#at(paths.models), undefined, signal);
    return asList(data)
      .map(asJson)
      .map((entry) => {
        // llama-server tells what the file is; LM Studio names its quantization.
        const meta = asJson(entry.meta);
        return {
          name: asText(entry.id),
          ...defined<Pick<Model, "size" | "quantization">>({
            size: asNumber(meta.size),
            quantization: asText(meta.ftype) || asText(entry.quantization) || undefined,
          }),
        };
      });
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
    return answerEvents(async (signal) => pieces(await this.#send(request, signal), signal), signal);
  }

  /** Sends the request, without the fields that some servers refuse and only some need. */
  async #send(request: ChatRequest, signal: AbortSignal): Promise<Response> {
    const { needed, wanted } = fields(request);
    for (;;) {
      const optional = Object.entries(wanted).filter(([name]) => !this.#refused.has(name));
      try {
        return await this.#http.send(this.#at(paths.chat), { ...needed, ...Object.fromEntries(optional) }, signal);
      } catch (error) {
        if (!(error instanceof EndpointError) || (error.status !== 400 && error.status !== 422)) throw error;
        const named = optional.map(([name]) => name).filter((name) => error.message.includes(name));
        if (!named.length) throw error;
        for (const name of named) this.#refused.add(name);
      }
    }
  }
}

/** A request in OpenAI's words: what every server takes, and what some refuse and only some need. */
export function fields({ model, messages, settings, candidates }: ChatRequest): {
  needed: Record<string, unknown>;
  wanted: Record<string, unknown>;
} {
  const needed = { model, messages, stream: true, temperature: settings.temperature, max_tokens: settings.maxTokens };
  const wanted = {
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
  const parser = createParser({ onEvent: (event) => events.push(event), maxBufferSize: MAX_RECORD });
  // A server that cannot stream answers with one record.
  const isStream = !/^application\/json/i.test(response.headers.get("content-type") ?? "");
  let whole = "";
  for await (const text of texts(response, signal)) {
    if (!isStream) {
      whole += text;
      continue;
    }
    parser.feed(text);
    for (const event of events.splice(0)) yield* reader.read(event.data, event.event);
    if (reader.isOver) return;
  }
  if (whole) yield* reader.read(whole);
  // A last event without its empty line.
  parser.reset({ consume: true });
  for (const event of events.splice(0)) yield* reader.read(event.data, event.event);
  yield* reader.finish();
}

/** Reads an answer's records. */
export class Records {
  readonly #status: number;
  readonly #reasoning = new Reasoning();
  /** `[DONE]` came: nothing follows. */
  isOver = false;
  #hasEnded = false;

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
      return;
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
    // An empty text beside the end is no token.
    if (delta.content !== "" || !choice.finish_reason) yield* spoken(delta, this.#reasoning);
    yield* tokens(asJson(choice.logprobs).content);
    yield { type: "figures", figures: figures(record) };
    const reason = asText(choice.finish_reason);
    if (!reason) return;
    yield* this.#reasoning.flush();
    this.#hasEnded = true;
    if (reason === "length") yield { type: "end", reason };
    else if (reason === "error" || reason === "content_filter" || reason === "abort")
      yield { type: "end", reason: "error", message: ofServer("ended", { reason }) };
    else yield { type: "end", reason: "stop" };
  }

  finish(): Generator<Piece> {
    return this.#reasoning.flush();
  }
}

/** llama-server gives durations, everyone may give counts. */
function figures(record: Json): Partial<Figures> {
  const usage = asJson(record.usage);
  const timings = asJson(record.timings);
  return defined<Partial<Figures>>({
    promptTokens: asNumber(usage.prompt_tokens),
    tokens: asNumber(usage.completion_tokens) ?? asNumber(timings.predicted_n),
    prompt: asNumber(timings.prompt_ms),
    generation: asNumber(timings.predicted_ms),
  });
}
