/** The conversation as a file: for people in Markdown, for programs in JSON. The key is in neither. */
import { describeEnd, describeFigures, describeSettings, notesOf } from "./describe.ts";
import { MEMORY, type Comparison } from "./compare/comparison.ts";
import { toData, toMarkdown } from "./compare/export.ts";
import { hasMarks, inShort, wrongs } from "./marks.ts";
import type { Session } from "./session.ts";
import { t } from "./texts.ts";

/** The comparison that was made beside the conversation, if any. */
function comparison({ memory }: Session): Comparison | undefined {
  const made = memory.get(MEMORY) as Comparison | undefined;
  return made?.isTold ? made : undefined;
}

export function asMarkdown(session: Session): string {
  const { turns, config, marker } = session;
  const parts = [`# ${t("file_title")}`];
  if (config.system) parts.push(`${t("file_system")}\n\n${quoted(config.system)}`);
  for (const { prompt, answers } of turns) {
    parts.push(`## ${t("prompt")}\n\n${quoted(prompt)}`);
    for (const answer of answers) {
      const { request, endpoint, figures, text, thinking, problem, unused } = answer;
      const end = describeEnd(answer);
      parts.push(`### ${t("file_answer", { model: request.model, url: endpoint.url })}`);
      parts.push(
        [
          `${describeSettings(request.settings, unused)}.`,
          figures && `${describeFigures(figures)}.`,
          end ? t("file_ended", { end }) : t("file_not_ended"),
          ...notesOf(answer),
        ]
          .filter(Boolean)
          .join(" "),
      );
      if (problem) parts.push(t("file_error", { message: problem.message }));
      if (thinking) parts.push(`${t("file_thinking")}\n\n${quoted(thinking)}`);
      if (text) parts.push(text);
      const marking = marker.known(answer);
      if (hasMarks(marking))
        parts.push(
          [t("file_marks", { marks: inShort(marking) }), ...wrongs(marking).map((sentence) => `${sentence}.`)].join(
            " ",
          ),
        );
    }
  }
  const compared = comparison(session);
  if (compared) parts.push(toMarkdown(compared).trimEnd());
  return `${parts.join("\n\n")}\n`;
}

export function asData(session: Session): string {
  const { config, marker } = session;
  const turns = session.turns.map(({ prompt, answers }) => ({
    prompt,
    answers: answers.map((answer) => ({ ...answer, marks: marker.known(answer) })),
  }));
  const compared = comparison(session);
  return `${JSON.stringify({ system: config.system, turns, comparison: compared && toData(compared) }, null, 2)}\n`;
}

function quoted(text: string): string {
  return text.replace(/^/gm, "> ");
}
