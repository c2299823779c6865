/**
 * The reader's code in a figure. The page's own Python says what it works on and draws what it gives; the code itself runs in an
 * interpreter of its own, out of reach of the page (`python/live_interpreter.ts`).
 */
import type { LiveRun, Resources } from "../generated/protocol.ts";
import type { LivePython } from "../python/live_python.ts";
import type { CustomAddresses, Strings } from "../python/messages.ts";
import { customFiles } from "../python/custom_files.ts";
import type { Owner } from "../python/owner.ts";
import type { Python } from "../python/python.ts";

/** Code in place of a method of a widget. */
export interface LiveCode {
  widget: string;
  /** The module of a custom widget, or the empty string, and its files, beside the page's script. */
  module: string;
  archive: CustomAddresses | undefined;
  /** The value of the option that chooses among the widget's texts. */
  value: string;
  code: string;
  /** How many steps it runs in, each given what the one before it gave. */
  steps: number;
}

/** A figure to draw. */
interface Figure {
  options: Strings;
  resources: Resources | null;
}

export class LiveRunner {
  #last: (LiveRun & { live: LiveCode }) | undefined;
  #current: LivePython | undefined;
  /** One that has run nothing, for the next of several steps. */
  #spare: LivePython | undefined;

  /**
   * @param shared The interpreter for code in one step.
   * @param fresh Makes one that has run nothing.
   */
  constructor(
    readonly shared: () => LivePython,
    readonly fresh: () => LivePython,
  ) {}

  /** The reader edits: other code will want an interpreter that has run none. */
  prepare(steps: number): void {
    (steps === 1 ? this.shared() : (this.#spare ??= this.fresh())).prepare();
  }

  /**
   * Runs the code, unless it ran on the same inputs last time.
   *
   * Code in several steps takes part in a contest: its inputs are drawn once for each text, and each step has an interpreter that has
   * run nothing else, so that only values pass between them.
   *
   * @param ours The page's own Python.
   * @param owner Told what the start of each interpreter is doing; its newer request replaces its waiting one.
   * @returns The run; null where the figure does not use the code; undefined where a newer request took its place.
   * @throws CodeError The code does not run, or takes too long.
   */
  async run(
    ours: Python,
    owner: Owner,
    live: LiveCode,
    { options, resources }: Figure,
  ): Promise<LiveRun | null | undefined> {
    const { widget, module, archive, value, code, steps } = live;
    const last = this.#last;
    const isSame = last?.live.value === value && last.live.code === code;
    if (isSame && steps > 1) return { inputs: last.inputs, values: last.values };
    // Both start at the same time.
    if (steps === 1)
      this.shared()
        .start(code)
        .catch(() => {});
    const asked = await ours.figure(owner, "live_inputs", { widget, options, resources, module }, archive);
    if (!asked) return undefined;
    const { inputs } = asked.answer;
    if (inputs === null) return null;
    if (isSame && last.inputs === inputs) return { inputs, values: last.values };
    const custom = archive === undefined ? undefined : await customFiles(ours.at(archive));
    const values: string[] = [];
    for (let step = 0; step < steps; step++) {
      const python = (this.#current = steps > 1 ? this.#takeSpare() : this.shared());
      if (step + 1 < steps) this.prepare(steps);
      try {
        const given = values.at(-1) ?? inputs;
        const made = await python.step(owner, { widget, module, value, step, code, given }, custom);
        if (made === null) return undefined;
        values.push(made);
      } catch (error) {
        this.prepare(steps); // while the reader looks at the error
        throw error;
      } finally {
        if (this.#current === python) this.#current = undefined;
        if (steps > 1) python.stop();
      }
    }
    this.#last = { live, inputs, values };
    return { inputs, values };
  }

  #takeSpare(): LivePython {
    const spare = this.#spare ?? this.fresh();
    this.#spare = undefined;
    return spare;
  }

  /** Ends the interpreter that is at work. @returns Whether one was. */
  stop(): boolean {
    const current = this.#current;
    current?.stop();
    return current !== undefined;
  }
}
