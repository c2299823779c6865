/** The conversation as a file: for people in Markdown, for programs in JSON. The key is in neither. */
import { describeEnd, describeFigures, describeSettings } from "./answer_view.ts";
import type { Session } from "./session.ts";

export function asMarkdown({ turns, config }: Session): string {
  const parts = ["# Chat"];
  if (config.system) parts.push(`System prompt:\n\n${quoted(config.system)}`);
  for (const { prompt, answers } of turns) {
    parts.push(`## Prompt\n\n${quoted(prompt)}`);
    for (const answer of answers) {
      const { request, endpoint, figures, text, thinking, problem } = answer;
      parts.push(`### ${request.model} at ${endpoint.url}`);
      parts.push([`${describeSettings(request.settings)}.`, figures && `${describeFigures(figures)}.`, `Ended: ${describeEnd(answer) || "not yet"}.`].filter(Boolean).join(" "));
      if (problem) parts.push(`Error: ${problem.message}`);
      if (thinking) parts.push(`Thinking:\n\n${quoted(thinking)}`);
      if (text) parts.push(text);
    }
  }
  return `${parts.join("\n\n")}\n`;
}

export function asData({ turns, config }: Session): string {
  return `${JSON.stringify({ system: config.system, turns }, null, 2)}\n`;
}

function quoted(text: string): string {
  return text.replace(/^/gm, "> ");
}

/** Has the browser save a text as a file. */
export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
