/** Evidence as Markdown. Whatever a reader or a model wrote stands in it as text, in CommonMark and with tables as GitHub has them. */
import type { Taken } from "../ui/taken.ts";
import { t } from "./texts.ts";
import { isFilled, webAddress, type Capture, type Entry, type Table } from "./values.ts";
import type { Sheet } from "./file.ts";

export function asMarkdown(sheet: Sheet): string {
  const { title, url } = sheet.page;
  const filled = sheet.rows.filter(({ field, entry }) => isFilled(field, entry?.value)).length;
  const address = webAddress(url);
  const head =
    (address ? `<${address}> – ` : "") +
    t("file_head", { date: sheet.saved.slice(0, 16).replace("T", " "), done: filled, count: sheet.rows.length });
  const parts = [`# ${line(sheet.label)}: ${line(title)}`, head];
  for (const { field, entry } of sheet.rows)
    parts.push(`## ${line(field.label)}`, ...(entry ? block(entry) : [`*${t("not_filled_in")}*`]));
  for (const entry of sheet.gone) parts.push(`## ${t("gone_field", { label: line(entry.label) })}`, ...block(entry));
  return `${parts.join("\n\n")}\n`;
}

function block(entry: Entry): string[] {
  const others = (entry.others ?? []).flatMap((value) => [`*${t("also")}*`, ...valueBlock({ ...entry, value })]);
  return [...valueBlock(entry), ...others];
}

function valueBlock({ kind, value, unit }: Pick<Entry, "kind" | "value" | "unit">): string[] {
  switch (kind) {
    case "table":
      return [table(value as Table)];
    case "widget":
      return capture(value as Capture);
    case "answer":
      return answer(value as Taken);
    default:
      return [paragraphs(value as string) + (unit ? ` ${line(unit)}` : "")];
  }
}

function capture({ title, options, result, tables, link }: Capture): string[] {
  return [
    `**${line(title)}**`,
    list(options.map(([name, value]) => `${line(name)}: ${line(value)}`)),
    line(result),
    ...tables.flatMap(({ caption, ...rest }) => [line(caption), table(rest)]),
    link && `<${link}>`,
  ].filter(Boolean);
}

function answer({ label, model, endpoint, words, prompt, system, earlier, thinking, text }: Taken): string[] {
  const said = (what: string, words: string): string[] =>
    words ? [`${what}:`, paragraphs(words).replace(/^/gm, "> ")] : [];
  return [
    `**${line(label)}**`,
    list([
      `${t("model")}: ${t("model_at", { model: line(model), endpoint: line(endpoint) })}`,
      ...words.map(line),
      ...(earlier ? [`${t("prompts_before")}: ${earlier}`] : []),
    ]),
    ...said(t("system_prompt"), system),
    ...said(t("prompt"), prompt),
    ...said(t("thinking"), thinking),
    `${t("answer_title")}:`,
    fenced(text),
  ];
}

function list(items: string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

function table({ columns, rows }: Table): string {
  const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [row(columns), `|${" --- |".repeat(columns.length)}`, ...rows.map(row)].join("\n");
}

function cell(text: string): string {
  return lines(text.trim())
    .map((part) => inline(part).replaceAll("|", "\\|"))
    .join("<br>");
}

/** A text as it is, in a fence that is longer than any in it. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${lines(text).join("\n").replace(/\n$/, "")}\n${fence}`;
}

/** A text of several lines: empty ones part paragraphs, the others end with a line break. */
export function paragraphs(text: string): string {
  return lines(text.trim())
    .join("\n")
    .split(/\n(?:[ \t]*\n)+/)
    .map((part) => part.split("\n").map(lineStart).join("  \n"))
    .join("\n\n");
}

/** A text's lines, by all that ends one in some system or in JavaScript. */
function lines(text: string): string[] {
  return text.split(/\r\n|[\r\n\u2028\u2029]/);
}

/** A text on one line. */
function line(text: string): string {
  return lineStart(text.trim().replace(/\s+/g, " "));
}

/** A line whose beginning is no heading, list, quote, rule or code. */
function lineStart(text: string): string {
  const [, blank, rest] = /^([ \t]*)(.*?)[ \t]*$/s.exec(text) as unknown as [string, string, string];
  const indent = blank.replaceAll("\t", "    ").replaceAll(" ", "&#160;");
  const safe = inline(rest)
    // A row of dashes and bars below a line makes a table or a heading of it.
    .replace(/^[|:+\- ]+$/, (all) => all.replaceAll("-", "\\-"))
    .replace(/^([+-])(?= |$)/, "\\$1")
    .replace(/^(\d+)([.)])(?= |$)/, "$1\\$2")
    .replace(/^=/, "&#61;");
  return indent + safe;
}

/** Text without a meaning in Markdown, by backslashes where every Markdown knows them and by entities where not. */
function inline(text: string): string {
  return text
    .replace(/[\\`*_[\]#]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("~", "&#126;");
}
