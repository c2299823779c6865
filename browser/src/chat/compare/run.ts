/**
 * A comparison: every prompt to every model with every seed, one after the other.
 *
 * Never two at a time: they would share the server, and neither figures nor time limits would be their own.
 */
import { newAnswer, receive, type Answer } from "../answer.ts";
import { mean } from "./statistics.ts";
import { t } from "./texts.ts";
import { EndpointError, type ChatRequest, type Endpoint, type Message, type Problem, type Settings } from "../wire.ts";

export interface Plan {
  readonly prompts: readonly string[];
  /** The rule for right answers to each prompt, empty where there is none; absent where no prompt has one. */
  readonly rules?: readonly string[];
  /** What comes before each prompt; empty for nothing. */
  readonly system: string;
  /** The server's names of the models. */
  readonly models: readonly string[];
  readonly seeds: readonly number[];
  readonly settings: Omit<Settings, "seed">;
}

/**
 * One answer of a comparison.
 *
 * `failed` is asked again when the run goes on; `left-out` is not.
 */
export interface Cell {
  /** Positions in the plan. */
  readonly prompt: number;
  readonly model: number;
  readonly seed: number;
  /** A control: the first question to a model once more, with the same seed. */
  readonly isControl: boolean;
  state: "waiting" | "running" | "done" | "failed" | "left-out";
  answer?: Answer;
}

/** `failed` and `stopped` can go on just as `paused` can: what is done stays. */
export type RunState = "ready" | "running" | "pausing" | "paused" | "stopped" | "failed" | "done";

/** The cells of a plan in the order they are asked: a model's together, so that the server loads each model once. */
export function cellsOf({ prompts, models, seeds }: Plan): Cell[] {
  const cell = (model: number, prompt: number, seed: number, isControl = false): Cell => ({
    prompt,
    model,
    seed,
    isControl,
    state: "waiting",
  });
  return models.flatMap((_, model) => [
    ...prompts.flatMap((_, prompt) => seeds.map((_, seed) => cell(model, prompt, seed))),
    // Last, when the server has had time to be in another state than at first.
    cell(model, 0, 0, true),
  ]);
}

/** A conversation of one question. */
export function messages(system: string, prompt: string): Message[] {
  const question: Message = { role: "user", content: prompt };
  return system ? [{ role: "system", content: system }, question] : [question];
}

export class Run {
  readonly plan: Plan;
  readonly endpoint: Endpoint;
  readonly cells: readonly Cell[];
  state: RunState = "ready";
  /** Why the run has failed. */
  problem: Problem | undefined;
  /** The run has failed at bringing a model into memory, rather than at an answer. */
  lacksModel = false;
  /** The model that is being brought into memory. */
  warming: number | undefined;

  /** Called after every change of the run, or of the cell it gives. */
  changed: (cell?: Cell) => void = () => {};

  readonly #warmUps: number[] = [];
  #abort = new AbortController();

  constructor(plan: Plan, endpoint: Endpoint) {
    this.plan = plan;
    this.endpoint = endpoint;
    this.cells = cellsOf(plan);
  }

  /** Asks for everything that is not there yet, until done, paused, stopped or failed. Never throws. */
  async go(): Promise<void> {
    if (this.state === "running" || this.state === "done") return;
    if (this.state === "pausing") return this.#become("running");
    this.#abort = new AbortController();
    this.problem = undefined;
    this.#become("running");
    let warm: number | undefined;
    for (let cell = this.#next(); cell; cell = this.#next()) {
      if (this.#is("pausing")) return this.#become("paused");
      const lack = warm === cell.model ? undefined : await this.#warmUp(cell.model);
      const problem = lack ?? (await this.#ask(cell));
      this.lacksModel = lack !== undefined;
      warm = cell.model;
      if (this.#abort.signal.aborted) return this.#become("stopped");
      if (problem) {
        this.problem = problem;
        cell.state = "failed";
        this.changed(cell);
        return this.#become("failed");
      }
    }
    this.#become("done");
  }

  /** Pauses after the answer that is being written. */
  pause(): void {
    if (this.state === "running") this.#become("pausing");
  }

  /** Ends the answer that is being written; it is asked for again when the run goes on. */
  stop(): void {
    this.#abort.abort();
  }

  /** Gives the failed answer up, or all of a model that cannot be had, and goes on with the others. */
  async leaveOut(): Promise<void> {
    const failed = this.cells.find(({ state }) => state === "failed");
    for (const cell of this.cells) {
      if (cell === failed || (this.lacksModel && cell.model === failed?.model && cell.state === "waiting")) {
        cell.state = "left-out";
        this.changed(cell);
      }
    }
    await this.go();
  }

  /** Nothing is asked, or about to be. */
  get isResting(): boolean {
    return this.state !== "ready" && this.state !== "running" && this.state !== "pausing";
  }

  /** How many answers there are, and how many there will be. */
  get progress(): { done: number; all: number } {
    const all = this.cells.filter(({ state }) => state !== "left-out");
    return { done: all.filter(({ state }) => state === "done").length, all: all.length };
  }

  /**
   * Milliseconds that are left, going by what the answers so far have taken; undefined before there is one.
   *
   * A model that has not answered yet is taken to be as slow as the others are on average.
   */
  get timeLeft(): number | undefined {
    const done = this.cells.filter(({ state }) => state === "done");
    if (!done.length) return undefined;
    const time = (cells: Cell[]): number => mean(cells.map(({ answer }) => answer!.figures!.total));
    let left = 0;
    this.plan.models.forEach((_, model) => {
      const own = done.filter((cell) => cell.model === model);
      const missing = this.cells.filter(
        (cell) => cell.model === model && cell.state !== "done" && cell.state !== "left-out",
      ).length;
      left += missing * time(own.length ? own : done);
      if (missing && !own.length) left += mean(this.#warmUps);
    });
    return left;
  }

  #next(): Cell | undefined {
    return this.cells.find(({ state }) => state === "waiting" || state === "failed");
  }

  async #warmUp(model: number): Promise<Problem | undefined> {
    const from = performance.now();
    this.warming = model;
    this.changed();
    try {
      await this.endpoint.warmUp(this.plan.models[model]!, this.#abort.signal);
      this.#warmUps.push(performance.now() - from);
    } catch (error) {
      return error instanceof EndpointError ? error : { message: String(error), status: 0 };
    } finally {
      this.warming = undefined;
    }
    return undefined;
  }

  async #ask(cell: Cell): Promise<Problem | undefined> {
    if (this.#abort.signal.aborted) return undefined;
    const { prompts, models, seeds, settings } = this.plan;
    const request: ChatRequest = {
      model: models[cell.model]!,
      messages: messages(this.plan.system, prompts[cell.prompt]!),
      settings: { ...settings, seed: seeds[cell.seed]! },
    };
    const answer = (cell.answer = newAnswer(request, this.endpoint));
    cell.state = "running";
    this.changed(cell);
    for await (const event of this.endpoint.ask(request, this.#abort.signal)) {
      receive(answer, event);
      this.changed(cell);
    }
    const { reason, problem } = answer;
    const isWhole = reason === "stop" || reason === "length" || reason === "full" || reason === "looped";
    cell.state = isWhole ? "done" : "waiting";
    this.changed(cell);
    return isWhole ? undefined : (problem ?? { message: t("connection_lost"), status: 0 });
  }

  /** Unlike a comparison, not narrowed by what the state was before something was waited for. */
  #is(state: RunState): boolean {
    return this.state === state;
  }

  #become(state: RunState): void {
    this.state = state;
    this.changed();
  }
}
