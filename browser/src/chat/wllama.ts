/**
 * llama.cpp in the page: what of wllama the chat uses. A module of its own (`wllama.js`), fetched when a reader has asked for
 * it.
 *
 * wllama starts a worker for each model, with a memory of its own: ending the worker is what frees it.
 */
import { Wllama } from "@wllama/wllama/esm/index.min.js";

/** What llama.cpp said, the last lines of it: its errors name what is wrong with a file. */
const LINES = 40;

export interface Loaded {
  /**
   * Asks for an answer.
   *
   * @param body As to `/v1/chat/completions`, for a stream.
   * @param hear Given each record of the stream.
   */
  complete(body: object, hear: (record: unknown) => void, signal: AbortSignal): Promise<void>;
  /** Ends the worker. */
  end(): void;
}

/**
 * Brings a model into memory.
 *
 * @param wasm The address of `wllama.wasm`.
 * @param context Tokens of the model's context.
 * @param signal Ends the worker while it loads.
 * @throws Error Where llama.cpp does not take the file; its last lines are in the message.
 */
export async function load(wasm: string, file: Blob, context: number, signal: AbortSignal): Promise<Loaded> {
  const lines: string[] = [];
  const note = (...said: unknown[]): void => {
    lines.push(said.join(" ").trim());
    if (lines.length > LINES) lines.shift();
  };
  const wllama = new Wllama({ default: wasm }, { logger: { debug: () => {}, log: note, warn: note, error: note } });
  // For browsers without 64-bit WebAssembly wllama would fetch another build, from a server that is not the site's.
  wllama.setCompat(null);
  const end = (): void => void wllama.exit();
  signal.addEventListener("abort", end);
  try {
    // WebGPU rounds otherwise than the processor, and threads need headers that static hosts do not send.
    await wllama.loadModel([file], {
      n_ctx: context,
      n_threads: 1,
      n_gpu_layers: 0,
      n_parallel: 1,
      jinja: true,
      warmup: false,
    });
    // wllama does not look whether llama.cpp took the file, and fails at the first answer.
    if (!wllama.getLoadedContextInfo().n_vocab) throw new Error("n_vocab=0");
  } catch (error) {
    end();
    throw new Error([error instanceof Error ? error.message : String(error), ...lines].join("\n"));
  } finally {
    signal.removeEventListener("abort", end);
  }
  const complete = (body: object, hear: (record: unknown) => void, abortSignal: AbortSignal): Promise<void> =>
    wllama.createChatCompletion({ ...body, stream: true, onData: hear, abortSignal });
  return { complete, end };
}
