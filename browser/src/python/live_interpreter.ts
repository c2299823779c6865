/**
 * An interpreter for the reader's code, in a worker in a frame without origin.
 *
 * What its worker says is foreign: it says `ready` once, then one outcome for each call. Whatever else it says ends it, so that a flood of
 * messages ends with its first.
 */
import { page } from "../generated/texts.ts";
import { texts } from "../ui/texts.ts";
import { is } from "./errors.ts";
import { closeFrame, keepFrame, takeFrame } from "./live_frames.ts";
import type { FrameFiles, FrameSays, InterpreterSays, LiveCall, ToFrame } from "./messages.ts";
import type { Sandbox } from "./sandbox.ts";

const t = texts("page", page);

/** The code that ran made its interpreter fail. */
export class Crashed extends Error {}

export class LiveInterpreter {
  /** Settles when code can run; fails where none can. */
  readonly ready: Promise<void>;
  readonly #line = new MessageChannel();
  #sandbox: Sandbox | undefined;
  #isReady = false;
  /** The code tried what its frame's policy refuses, of which the browser may tell late. */
  #isRefused = false;
  #lastId = 0;
  #take: ((outcome: unknown) => void) | undefined;
  #fail!: (error: Error) => void;
  readonly #ending: Promise<never>;
  #isEnded = false;

  /**
   * @param base The folder of the site that holds our files.
   * @param files What the worker needs.
   */
  constructor(
    base: string,
    readonly files: Promise<FrameFiles>,
  ) {
    this.#ending = new Promise((_, reject) => (this.#fail = reject));
    this.#ending.catch(() => {});
    const started = new Promise<void>((resolve) => {
      this.#line.port1.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data, resolve);
    });
    this.#open(base).catch((error: Error) => this.end(error));
    this.ready = Promise.race([started, this.#ending]);
    this.ready.catch(() => {});
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /**
   * Runs a step of the reader's code; one at a time.
   *
   * @returns What came of it, as its worker says.
   * @throws Error What `end` was called with; `Crashed` where it ended by itself.
   */
  ask(call: Omit<LiveCall, "id">): Promise<unknown> {
    const outcome = new Promise<unknown>((resolve) => (this.#take = resolve));
    this.#line.port1.postMessage({ ...call, id: ++this.#lastId } satisfies LiveCall);
    return Promise.race([outcome, this.#ending]);
  }

  /** Ends it, whatever it is doing. */
  end(error: Error): void {
    const isIdle = this.#isReady && !this.#take && !this.#isRefused;
    const sandbox = this.#sandbox;
    this.#sandbox = undefined;
    this.#isEnded = true;
    this.#fail(error);
    this.#line.port1.close();
    if (!sandbox) return;
    if (isIdle && is(error, "Stopped")) keepFrame(sandbox, this.files);
    else closeFrame(sandbox);
  }

  async #open(base: string): Promise<void> {
    const sandbox = await takeFrame(base, this.files);
    if (!sandbox) throw new Error(t("code_not_allowed"));
    if (this.#isEnded) {
      closeFrame(sandbox);
      return;
    }
    this.#sandbox = sandbox;
    sandbox.control.onmessage = ({ data }: MessageEvent<FrameSays>) => {
      if (data.type === "blocked" && this.#isReady) this.#isRefused = true;
      else if (data.type === "blocked") this.end(new Error(t("code_not_allowed")));
      else if (data.type === "failed") this.end(this.#crash(data.message));
    };
    sandbox.control.postMessage({ type: "start" } satisfies ToFrame, [this.#line.port2]);
  }

  #receive(data: unknown, onReady: () => void): void {
    const said = (data ?? {}) as Partial<Record<"type" | "id" | "outcome" | "message", unknown>>;
    const type = said.type as InterpreterSays["type"] | undefined;
    if (type === "ready" && !this.#isReady) {
      this.#isReady = true;
      onReady();
    } else if (type === "outcome" && said.id === this.#lastId && this.#take) {
      this.#take(said.outcome);
      this.#take = undefined;
    } else if (type === "blocked" && !this.#isReady) {
      this.end(new Error(t("code_not_allowed")));
    } else {
      this.end(this.#crash(type === "failed" ? said.message : undefined));
    }
  }

  /** Before any code has run, it is the start that failed. */
  #crash(message: unknown): Error {
    const text = typeof message === "string" && message ? message.slice(0, 300) : t("worker_failed");
    return this.#lastId ? new Crashed(t("code_crashed", { message: text })) : new Error(text);
  }
}
