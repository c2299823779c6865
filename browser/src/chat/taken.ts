/** Answers as they are taken out of the chat and kept: all that says what they are, and nothing that the chat needs to live. */
import { describeEnd, describeFigures, describeSettings } from "./answer_view.ts";
import type { Session } from "./session.ts";

export interface Taken {
  readonly prompt: string;
  /** What the conversation began with; empty for nothing. */
  readonly system: string;
  /** How many prompts of the conversation came before. */
  readonly earlier: number;
  /** The server's name of the model that was asked. */
  readonly model: string;
  /** What the reader saw for it. */
  readonly label: string;
  readonly endpoint: string;
  readonly text: string;
  readonly thinking: string;
  /** `wire.ts` says what they mean; durations are milliseconds. */
  readonly settings: Readonly<Record<string, number | boolean>>;
  readonly figures: Readonly<Record<string, number>>;
  /** Settings, figures and end in words. */
  readonly words: readonly string[];
}

/** @param label What the reader sees for a model. */
export function taken(session: Session, label: (model: string) => string): Taken[] {
  return session.turns.flatMap(({ prompt, answers }, earlier) =>
    answers
      .filter(({ reason, text }) => reason && reason !== "error" && text)
      .map((answer) => {
        const { request, endpoint, text, thinking, figures } = answer;
        return {
          prompt,
          system: session.config.system,
          earlier,
          model: request.model,
          label: label(request.model),
          endpoint: endpoint.url,
          text,
          thinking,
          settings: { ...request.settings },
          figures: { ...figures },
          words: [describeSettings(request.settings), figures ? describeFigures(figures) : "", describeEnd(answer)].filter(Boolean),
        };
      }),
  );
}
