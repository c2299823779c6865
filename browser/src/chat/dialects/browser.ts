/** A model in the page as one more endpoint: llama.cpp by wllama, which speaks llama-server's language without a server. */
import { engine, type Source } from "../engine.ts";
import { asJson, defined } from "../http.ts";
import { fields, Records } from "./openai.ts";
import { answerEvents, type Piece } from "../stream.ts";
import { ofModel } from "../texts.ts";
import { EndpointError, type ChatEvent, type ChatRequest, type Endpoint, type Model, type ModelCard } from "../wire.ts";

/** A model that can run in the page. */
export interface PageModel {
  readonly name: string;
  readonly label: string;
  readonly note: string;
  readonly source: Source;
}

export class InPage implements Endpoint {
  readonly kind = "browser";
  readonly url = ofModel("the_page");
  readonly #models: () => readonly PageModel[];

  /** @param models Those there are at the moment. */
  constructor(models: () => readonly PageModel[]) {
    this.#models = models;
  }

  async models(): Promise<Model[]> {
    return this.#models().map(({ name, source: { size } }) => ({ name, size }));
  }

  async show(model: string, signal?: AbortSignal): Promise<ModelCard> {
    const { source } = this.#find(model);
    const { metadata, tensors } = await engine.header(source, model, signal);
    const parameters = tensors.reduce(
      (sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1),
      0,
    );
    return { name: model, size: source.size, parameters: parameters.toLocaleString("en"), metadata, tensors };
  }

  async warmUp(model: string, signal?: AbortSignal): Promise<void> {
    await engine.use(this.#find(model).source, model, signal ?? new AbortController().signal, async () => {});
  }

  ask(request: ChatRequest, signal: AbortSignal): AsyncIterable<ChatEvent> {
    return answerEvents(async (signal) => this.#pieces(request, signal), signal);
  }

  /** @throws EndpointError */
  #find(name: string): PageModel {
    const found = this.#models().find((model) => model.name === name);
    if (!found) throw new EndpointError(name ? ofModel("no_such_model", { name }) : ofModel("no_nameless_model"), 404);
    return found;
  }

  async *#pieces(request: ChatRequest, signal: AbortSignal): AsyncGenerator<Piece> {
    const records = new Records(200);
    const { needed, wanted } = fields(request);
    const { source, name } = this.#find(request.model);
    // wllama calls, and a generator is asked: between them is this list.
    const heard: Piece[] = [];
    let wake = (): void => {};
    let isOver = false;
    // Ends the answer if the consumer stops.
    const deaf = new AbortController();
    const run = engine
      .use(source, name, AbortSignal.any([signal, deaf.signal]), async (model, either, load) => {
        if (load) heard.push({ type: "figures", figures: { load } });
        // The file's own name is the model's; wllama's answer says the path in the worker.
        const hear = (record: unknown): void => {
          heard.push(...records.take({ ...asJson(record), model: name }));
          wake();
        };
        try {
          await model.complete({ ...needed, ...wanted }, hear, either);
        } catch (error) {
          either.throwIfAborted();
          throw new EndpointError(
            sentence(error, request, () => engine.drop()),
            200,
          );
        }
        heard.push(...records.finish());
      })
      .finally(() => {
        isOver = true;
        wake();
      });
    // Awaited below, after the events that came before it failed.
    run.catch(() => {});
    try {
      yield { type: "waiting", why: "loading", seconds: 0 };
      for (;;) {
        yield* heard.splice(0);
        if (isOver) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (isOver || heard.length) resolve();
        });
      }
      yield* heard.splice(0);
      await run;
    } finally {
      deaf.abort();
    }
  }
}

/**
 * What went wrong in an answer, as a sentence.
 *
 * @param drop Called where the worker may be in any state.
 */
function sentence(error: unknown, { candidates }: ChatRequest, drop: () => void): string {
  const { message, type } = defined<{ message?: string; type?: string }>({
    message: (error as Error)?.message,
    type: (error as { type?: string })?.type,
  });
  if (/exceeds? .*context/i.test(message ?? "")) return ofModel("context_exceeded");
  // llama.cpp's own words: it refused the request, and is ready for the next.
  if (type === "inference_error") return message ?? ofModel("request_refused");
  drop();
  // The messages between wllama and its worker cannot carry tokens that are part of a character only.
  if (candidates !== undefined) return ofModel("no_candidates");
  if (/memory|allocat|array buffer/i.test(message ?? "")) return ofModel("no_memory_to_answer");
  if (!message) return ofModel("llama_failed_silently");
  return ofModel("llama_failed", { message: message.split("\n")[0]!.slice(0, 200) });
}
