/**
 * Python for the reader's code: an interpreter that does nothing else.
 *
 * Calls queue. Whoever asks anew takes the place of its call that still waits. Code that ran before has no part in what runs after it:
 * other code gets another interpreter.
 */
import { page } from "../generated/texts.ts";
import { languageOf, texts } from "../ui/texts.ts";
import type { Calls } from "../generated/protocol.ts";
import { liveFiles } from "./live_files.ts";
import { Crashed, LiveInterpreter } from "./live_interpreter.ts";
import { liveOutcome } from "./live_outcome.ts";
import type { CustomFiles } from "./messages.ts";
import { CodeError, is, Stopped } from "./errors.ts";
import type { Owner } from "./owner.ts";
import { watchStart } from "./start_timeout.ts";

const t = texts("page", page);

/** Milliseconds that the reader's code may take for a figure. */
const CODE_LIMIT = 10_000;

export type LiveStep = Calls["live_step"]["params"];

interface Request {
  owner: Owner;
  step: LiveStep;
  custom: CustomFiles | undefined;
  /** @param values Null where a newer request took its place. */
  resolve(values: string | null): void;
  reject(error: Error): void;
}

/** Which files of a custom widget a request needs. */
const filesIdOf = ({ custom }: Request): string => custom?.id ?? "";

export class LivePython {
  #interpreter: LiveInterpreter | undefined;
  /** The code that ran in it, and which files of a custom widget it has. */
  #ran: { code: string; filesId: string } | undefined;
  readonly #waiting = new Map<Owner, Request>();
  #isBusy = false;
  #state = "";

  /**
   * @param base The folder of the site that holds our files.
   * @param folder The folder that holds Pyodide's.
   * @param isLimited Code that takes too long is ended.
   */
  constructor(
    readonly base: string,
    readonly folder: string,
    readonly isLimited: boolean,
  ) {}

  /** Starts what is not started yet, for code that is not known yet, unless some code is at work. */
  prepare(): void {
    if (!this.#isBusy) this.start().catch(() => {}); // what fails now is said when it is needed
  }

  /**
   * Starts what is not started yet.
   *
   * @param code What will run, if it is known.
   * @param filesId The files of a custom widget that it needs, if they are known.
   */
  start(code?: string, filesId = this.#ran?.filesId): Promise<void> {
    if (this.#interpreter && !this.#interpreter.isEnded && this.#suits(code, filesId)) return this.#interpreter.ready;
    this.#interpreter?.end(new Stopped());
    this.#ran = undefined;
    const files = liveFiles(this.base, this.folder);
    const interpreter = (this.#interpreter = new LiveInterpreter(this.base, files));
    let unwatch = (): void => {};
    this.#tell(t("fetching_python"));
    files.then(
      () => {
        if (interpreter.isEnded) return;
        this.#tell(t("starting_python"));
        unwatch = watchStart(
          (state) => this.#tell(state),
          (message) => interpreter.end(new Error(message)),
        );
      },
      () => {},
    );
    const done = (): void => {
      unwatch();
      if (this.#interpreter === interpreter) this.#tell("");
    };
    interpreter.ready.then(done, done);
    return interpreter.ready;
  }

  /**
   * Runs a step of the reader's code.
   *
   * @param owner Whoever asks: its newer request replaces its waiting one.
   * @param custom The files of a custom widget.
   * @returns The values, or null where a newer request took its place.
   * @throws CodeError The code does not run, or takes too long.
   */
  step(owner: Owner, step: LiveStep, custom?: CustomFiles): Promise<string | null> {
    return new Promise((resolve, reject) => {
      this.#waiting.get(owner)?.resolve(null);
      this.#waiting.set(owner, { owner, step, custom, resolve, reject });
      owner.onPython(this.#state);
      void this.#work();
    });
  }

  /** Ends the interpreter, whatever it is doing; the next request starts another. */
  stop(): void {
    const error = new Stopped();
    const left = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#interpreter?.end(error);
    for (const request of left) request.reject(error);
  }

  #tell(state: string): void {
    this.#state = state;
    for (const owner of this.#waiting.keys()) owner.onPython(state);
  }

  /** Whether the interpreter has run no other code, and nothing for another widget. */
  #suits(code: string | undefined, filesId: string | undefined): boolean {
    return this.#ran === undefined || (this.#ran.code === code && this.#ran.filesId === filesId);
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (;;) {
      const [first] = this.#waiting.values();
      if (!first) break;
      try {
        await this.start(first.step.code, filesIdOf(first));
      } catch (error) {
        if (is(error, "Stopped")) continue; // it was told to those that waited
        const left = [...this.#waiting.values()];
        this.#waiting.clear();
        for (const request of left) request.reject(error as Error);
        continue;
      }
      const [next] = this.#waiting.values(); // meanwhile another may have taken its place
      if (!next || !this.#suits(next.step.code, filesIdOf(next))) continue;
      this.#waiting.delete(next.owner);
      await this.#run(this.#interpreter!, next);
    }
    this.#isBusy = false;
  }

  async #run(interpreter: LiveInterpreter, request: Request): Promise<void> {
    const { step, custom, resolve, reject } = request;
    this.#ran = { code: step.code, filesId: filesIdOf(request) };
    const end = (): void =>
      interpreter.end(new CodeError(t("code_timed_out", { seconds: CODE_LIMIT / 1000 }), null, languageOf("page")));
    const limit = this.isLimited ? window.setTimeout(end, CODE_LIMIT) : undefined;
    try {
      const { answer, error } = liveOutcome(await interpreter.ask({ params: JSON.stringify(step), custom }));
      if (error) throw new CodeError(error.message, error.line);
      resolve(answer.values);
    } catch (error) {
      // What failed may have changed the interpreter for what runs next.
      interpreter.end(new Stopped());
      reject(error instanceof Crashed ? new CodeError(error.message, null, languageOf("page")) : (error as Error));
    } finally {
      clearTimeout(limit);
    }
  }
}
