/**
 * What goes wrong with Python in the page.
 *
 * Scripts are bundled apart, and a class of one is not the same class of another: an error is told by its `name`.
 */

/** An option was not taken. */
export class OptionError extends Error {
  override readonly name = "OptionError";
  constructor(
    message: string,
    readonly option: string | null,
    /** The message's language. Python's messages are English. */
    readonly lang = "en",
  ) {
    super(message);
  }
}

/** The reader's own code does not run, or not to its end. */
export class CodeError extends Error {
  override readonly name = "CodeError";
  constructor(
    message: string,
    /** Not `line`: each error of Safari has a property of that name, the line of our script. */
    readonly codeLine: number | null,
    /** The message's language. Python's messages are English. */
    readonly lang = "en",
  ) {
    super(message);
  }
}

/** Python did not start, or failed by itself; the message is the worker's, which is English. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";
  readonly lang = "en";
}

/** The reader stopped it, or the page was left. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

interface Errors {
  OptionError: OptionError;
  CodeError: CodeError;
  WorkerError: WorkerError;
  Stopped: Stopped;
}

/** Whether an error is of a class of this module, whichever script made it. */
export function is<N extends keyof Errors>(error: unknown, name: N): error is Errors[N] {
  return error instanceof Error && error.name === name;
}
