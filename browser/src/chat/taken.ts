/** Answers as evidence: what identifies an answer, without what only the running chat needs. */
import type { Answer } from "./answer.ts";
import { describeEnd, describeFigures, describeSettings, notesOf } from "./describe.ts";
import type { Comparison } from "./compare/comparison.ts";
import type { Session } from "./session.ts";
import type { Taken } from "../ui/taken.ts";

type About = Pick<Taken, "prompt" | "system" | "earlier" | "label">;

function take(answer: Answer, about: About): Taken {
  const { request, endpoint, text, thinking, figures, unused } = answer;
  return {
    ...about,
    model: request.model,
    endpoint: endpoint.url,
    text,
    thinking,
    settings: { ...request.settings },
    figures: { ...figures },
    words: [
      describeSettings(request.settings, unused),
      figures ? describeFigures(figures) : "",
      describeEnd(answer),
      ...notesOf(answer),
    ].filter(Boolean),
  };
}

/** The system prompt that an answer was asked with; empty for none. */
export function systemOf({ request }: Answer): string {
  return request.messages.find(({ role }) => role === "system")?.content ?? "";
}

/**
 * The conversation's finished answers.
 *
 * @param label What the reader sees for a model.
 */
export function said(session: Session, label: (model: string) => string): Taken[] {
  return session.turns.flatMap(({ prompt, answers }, earlier) =>
    answers
      .filter(({ reason, text }) => reason && reason !== "error" && text)
      .map((answer) => take(answer, { prompt, system: systemOf(answer), earlier, label: label(answer.request.model) })),
  );
}

/** A comparison's answers without its control answers; none while a blind vote is running. */
export function compared({ run, labels, isTold }: Comparison): Taken[] {
  const { prompts, system } = run.plan;
  return run.cells.flatMap(({ state, isControl, answer, prompt, model }) =>
    isTold && state === "done" && !isControl && answer!.text
      ? [take(answer!, { prompt: prompts[prompt]!, system, earlier: 0, label: labels[model]! })]
      : [],
  );
}
