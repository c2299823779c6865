/** The conversation as a file: for people in Markdown, for programs in JSON. The key is in neither. */
import { describeEnd, describeFigures, describeSettings, notesOf } from "./describe.ts";
import { comparisonIn, tools } from "./comparing.ts";
import { hasMarks, inShort, wrongs } from "./marks.ts";
import type { Fork, Turn } from "./conversation.ts";
import type { Session } from "./session.ts";
import { systemOf } from "./taken.ts";
import { t } from "./texts.ts";

/** The comparison that was made beside the conversation, if any. */
function comparison({ memory }: Session) {
  const made = comparisonIn(memory);
  return made?.isTold ? made : undefined;
}

export function asMarkdown(session: Session): string {
  const { turns, conversation, marker, judge } = session;
  const parts = [`# ${t("file_title")}`];
  const others = conversation.size - turns.length;
  if (others) parts.push(t("file_branches", { count: others }));
  let system = "";
  for (const { prompt, answers } of turns) {
    parts.push(`## ${t("prompt")}\n\n${quoted(prompt)}`);
    for (const answer of answers) {
      const sent = systemOf(answer);
      if (sent !== system) parts.push(sent ? `${t("file_system")}\n\n${quoted(sent)}` : t("file_no_system"));
      system = sent;
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
      const verdict = judge.known(answer);
      if (verdict) parts.push(t(verdict.right ? "verdict_right" : "verdict_wrong", verdict));
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
  if (compared) parts.push(tools().toMarkdown(compared).trimEnd());
  return `${parts.join("\n\n")}\n`;
}

export function asData(session: Session): string {
  const { system, turns, conversation, marker, judge } = session;
  const told = ({ prompt, answers, chosen }: Turn) => ({
    prompt,
    chosen,
    answers: answers.map((answer) => ({ ...answer, marks: marker.known(answer), verdict: judge.known(answer) })),
  });
  const branches = ({ turns, chosen }: Fork): unknown => ({
    chosen,
    turns: turns.map((turn) => ({ ...told(turn), next: turn.next.map(branches) })),
  });
  const compared = comparison(session);
  const data = {
    system,
    turns: turns.map(told),
    // All that was said, where other prompts or answers lead away from what is shown.
    ...(conversation.size > turns.length ? { conversation: branches(conversation.root) } : {}),
    comparison: compared && tools().toData(compared),
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}

function quoted(text: string): string {
  return text.replace(/^/gm, "> ");
}
