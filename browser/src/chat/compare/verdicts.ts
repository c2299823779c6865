/** Right or wrong in a comparison, by the rules of its prompts. */
import type { Answer } from "../answer.ts";
import type { Table } from "../table.ts";
import { whyUnjudged, type Judge, type Verdict } from "../verdicts.ts";
import type { Comparison, JudgedAnswers } from "./comparison.ts";
import { shareRange } from "./format.ts";
import { samples } from "./marks.ts";
import { shareInterval } from "./statistics.ts";
import { t } from "./texts.ts";

/**
 * Judges all answers of a comparison that are there. Never throws.
 *
 * @returns Undefined where no prompt has a rule.
 */
export async function judgeAll({ run }: Pick<Comparison, "run">, judge: Judge): Promise<JudgedAnswers | undefined> {
  const { rules = [] } = run.plan;
  if (!rules.some(Boolean)) return undefined;
  const verdicts = new Map<Answer, Verdict>();
  try {
    for (const [prompt, rule] of rules.entries()) {
      const answers = run.cells.flatMap((cell) =>
        cell.prompt === prompt && cell.state === "done" && cell.answer ? [cell.answer] : [],
      );
      if (!rule || !answers.length) continue;
      const found = await judge.judge(answers, rule);
      answers.forEach((answer, i) => verdicts.set(answer, found[i]!));
    }
    return { verdicts, why: "" };
  } catch (error) {
    return { verdicts, why: whyUnjudged(error) };
  }
}

/** How many answers to each prompt are right, and of all; undefined where none was judged. */
export function rightTable({ run, labels, judged }: Comparison): Table | undefined {
  if (!judged?.verdicts.size) return undefined;
  const { rules = [] } = run.plan;
  const ruled = [...rules.keys()].filter((prompt) => rules[prompt]);
  const share = (model: number, prompts: readonly number[]): string => {
    const found = samples(run, model).flatMap(({ prompt, answer }) =>
      prompts.includes(prompt) ? (judged.verdicts.get(answer) ?? []) : [],
    );
    const hits = found.filter(({ right }) => right).length;
    return found.length
      ? t("share_of_range", { hits, count: found.length, range: shareRange(shareInterval(hits, found.length)) })
      : "–";
  };
  const row = (name: string, prompts: readonly number[]): string[] => [
    name,
    ...labels.map((_, model) => share(model, prompts)),
  ];
  return {
    caption: t("right_answers"),
    head: ["", ...labels],
    rows: [
      ...ruled.map((prompt) => row(t("prompt_number", { number: prompt + 1 }), [prompt])),
      ...(ruled.length > 1 ? [row(t("all_prompts"), ruled)] : []),
    ],
  };
}
