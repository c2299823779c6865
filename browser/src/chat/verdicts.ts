/**
 * Whether answers are right, by the rules of their prompts. The engine judges in the page's Python, which is the one implementation.
 *
 * Python is fetched for the first answer that has a rule, and not before.
 */
import type { ChatConfig } from "../generated/attributes.ts";
import type { AnswerVerdict, Judged } from "../generated/protocol.ts";
import { is } from "../python/errors.ts";
import { pagePython } from "../python/shared_python.ts";
import { h } from "../ui/dom.ts";
import type { Answer } from "./answer.ts";
import { t } from "./texts.ts";

/** Whether an answer is right, and by which rule. */
export interface Verdict extends AnswerVerdict {
  readonly rule: string;
}

/** Answers that one call judges: the worker answers others in between. */
const AT_ONCE = 100;

export class Judge {
  readonly #rules: Readonly<Record<string, string>>;
  readonly #pyodide: string;
  readonly #known = new WeakMap<Answer, Verdict>();

  constructor({ rules = {}, pyodide }: Pick<ChatConfig, "rules" | "pyodide">) {
    this.#rules = rules;
    this.#pyodide = pyodide;
  }

  /** The author's rule for a prompt; empty where there is none. */
  ruleOf(prompt: string): string {
    return Object.hasOwn(this.#rules, prompt) ? this.#rules[prompt]! : "";
  }

  /** The rule for an answer of the conversation; empty where there is none, or no whole answer. */
  ruleFor({ request, reason, text }: Pick<Answer, "request" | "reason" | "text">): string {
    const isWhole = reason === "stop" || reason === "length" || reason === "full" || reason === "looped";
    return isWhole && text ? this.ruleOf(request.messages.at(-1)?.content ?? "") : "";
  }

  /** What was found of an answer, once it was judged. */
  known(answer: Answer): Verdict | undefined {
    return this.#known.get(answer);
  }

  /**
   * Judges answers by a rule.
   *
   * @param onState Told what the start of Python is doing.
   * @throws Error Where Python does not run, or the rule is not valid; its message is a sentence, or the end of one.
   */
  async judge(
    answers: readonly Answer[],
    rule: string,
    onState: (state: string) => void = () => {},
  ): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    for (let from = 0; from < answers.length; from += AT_ONCE) {
      const some = answers.slice(from, from + AT_ONCE);
      const found = await this.#call(
        rule,
        some.map(({ text }) => text),
        onState,
      );
      some.forEach((answer, i) => {
        const verdict = { ...found.verdicts[i]!, rule: found.rule };
        this.#known.set(answer, verdict);
        verdicts.push(verdict);
      });
    }
    return verdicts;
  }

  /** What is wrong with a rule; empty where nothing is, and where Python does not run: then nothing is judged, either. */
  async mistakeIn(rule: string): Promise<string> {
    try {
      await this.#call(rule, [], () => {});
      return "";
    } catch (error) {
      return is(error, "OptionError") ? error.message : "";
    }
  }

  async #call(rule: string, answers: string[], onPython: (state: string) => void): Promise<Judged> {
    // An owner of its own: no question takes another's place.
    return (await pagePython(this.#pyodide).call({ onPython }, "judge_answers", { rule, answers }))!.answer;
  }
}

/** Right or wrong, and why. */
export function verdictLine({ right, reason }: AnswerVerdict): HTMLElement {
  const text = t(right ? "verdict_right" : "verdict_wrong", { reason });
  return h("p", { class: "quantlab-chat-verdict", "data-right": String(right) }, `${right ? "✓" : "✗"} ${text}`);
}

/** Why there is no verdict, where Python does not run. */
export function whyUnjudged(error: unknown): string {
  return t("unjudged", { reason: (error as Error).message });
}
