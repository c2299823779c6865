/** What of wllama's package is used; its own declarations bring Node's types into the page's. */
declare module "@wllama/wllama/esm/index.min.js" {
  interface Logger {
    debug(...said: unknown[]): void;
    log(...said: unknown[]): void;
    warn(...said: unknown[]): void;
    error(...said: unknown[]): void;
  }

  export class Wllama {
    constructor(paths: { default: string }, config: { logger: Logger });
    setCompat(compat: null): void;
    loadModel(
      blobs: Blob[],
      parameters: {
        n_ctx: number;
        n_threads: number;
        n_gpu_layers: number;
        n_parallel: number;
        jinja: boolean;
        warmup: boolean;
      },
    ): Promise<void>;
    getLoadedContextInfo(): { n_vocab: number };
    createChatCompletion(options: {
      stream: true;
      onData: (record: unknown) => void;
      abortSignal: AbortSignal;
    }): Promise<void>;
    exit(): Promise<void>;
  }
}
