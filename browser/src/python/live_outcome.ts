/** Checks the answer of an interpreter that has run the reader's code: it may be anything. */
import { page } from "../generated/texts.ts";
import { texts } from "../ui/texts.ts";
import type { Outcome } from "./messages.ts";

/** Characters of an answer: some more than `MAX_VALUES` of `engine.core.live_code`, since quotes in it are escaped. */
const MOST = 40_000_000;
const MOST_OF_MESSAGE = 1000;

const t = texts("page", page);

const failed = (): Outcome<"live_step"> => ({ error: { message: t("code_no_answer"), option: null, line: null } });

/**
 * @param outcome What the interpreter answered to `live_step`.
 * @returns An answer or an error of that call, and nothing else.
 */
export function liveOutcome(outcome: unknown): Outcome<"live_step"> {
  if (typeof outcome !== "string" || outcome.length > MOST) return failed();
  let found: { answer?: { values?: unknown }; error?: { message?: unknown; line?: unknown } } | null;
  try {
    found = JSON.parse(outcome);
  } catch {
    return failed();
  }
  const values = found?.answer?.values;
  if (typeof values === "string") return { answer: { values } };
  const message = found?.error?.message;
  if (typeof message !== "string") return failed();
  const line = found?.error?.line;
  return {
    error: {
      message: message.slice(0, MOST_OF_MESSAGE),
      option: null,
      line: Number.isSafeInteger(line) ? (line as number) : null,
    },
  };
}
