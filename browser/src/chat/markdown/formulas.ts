/**
 * Formulas in Markdown: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`.
 *
 * Models write all four, and also prices, shell variables and brackets with a backslash: where it may be one of these, it is no formula.
 */
import type { MarkdownIt, StateBlock, StateInline } from "markdown-it";

/** Characters of a formula on lines of its own, and of one within a line. */
const LONGEST = 5000;
const LONGEST_INLINE = 1000;
/** What only TeX has. */
const OF_TEX = /[\\^_={}]/;

/** A plugin of markdown-it: tokens of type `maths`, whose `markup` is the formula's source with `…` in the place of its content. */
export function maths(parser: MarkdownIt): void {
  parser.inline.ruler.before("escape", "maths", inline);
  parser.block.ruler.before("fence", "maths", block, { alt: ["paragraph", "reference", "blockquote", "list"] });
}

function inline(state: StateInline, isSilent: boolean): boolean {
  const { src, pos, posMax } = state;
  const isDollar = src[pos] === "$";
  if (!isDollar && src[pos] !== "\\") return false;
  const begin = ["$$", "$", "\\(", "\\["].find((mark) => src.startsWith(mark, pos));
  if (!begin) return false;
  const end = { $$: "$$", $: "$", "\\(": "\\)", "\\[": "\\]" }[begin]!;
  const from = pos + begin.length;
  const to = endOf(src, from, Math.min(posMax, from + LONGEST_INLINE), end);
  if (to < 0 || !isFormula(begin, src.slice(from, to), src[pos - 1] ?? "", src[to + end.length] ?? "")) return false;
  if (!isSilent) {
    const token = state.push("maths", "", 0);
    token.content = src.slice(from, to).trim();
    token.markup = src.slice(pos, from) + "…" + end;
    token.meta = { isDisplay: begin === "$$" || begin === "\\[" };
  }
  state.pos = to + end.length;
  return true;
}

/** The position of an unescaped mark; -1 if there is none before the next empty line. */
function endOf(text: string, from: number, most: number, mark: string): number {
  for (let at = from; at < most; at++) {
    if (text.startsWith(mark, at)) return at;
    if (text[at] === "\\") at++;
    else if (text[at] === "\n" && /^[ \t]*\n/.test(text.slice(at + 1, at + 80))) return -1;
  }
  return -1;
}

function isFormula(begin: string, content: string, before: string, behind: string): boolean {
  if (!/[\p{L}\p{N}]/u.test(content)) return false;
  if (begin === "$$") return true;
  if (begin === "\\[") return OF_TEX.test(content);
  // Two words, and nothing that a formula has.
  const isProse = !OF_TEX.test(content) && /(^|[\s,])\p{L}{3,}($|[\s,.])/u.test(content);
  if (begin === "\\(") return !isProse;
  if (/[\p{L}\p{N}$\\]/u.test(before) || /[\p{L}\p{N}$]/u.test(behind)) return false;
  return !isProse && !/^\s|\s$|`/.test(content) && !/^\d[\d.,]*[^\d]*\s/.test(OF_TEX.test(content) ? "" : content);
}

/** A formula on lines of its own, up to an empty one. */
function block(state: StateBlock, startLine: number, endLine: number, isSilent: boolean): boolean {
  const lineOf = (line: number): string =>
    state.src.slice(state.bMarks[line]! + state.tShift[line]!, state.eMarks[line]!);
  if (state.sCount[startLine]! - state.blkIndent >= 4) return false;
  const first = lineOf(startLine);
  const begin = first.slice(0, 2);
  if (begin !== "$$" && begin !== "\\[") return false;
  const end = begin === "$$" ? "$$" : "\\]";
  const lines: string[] = [];
  let length = 0;
  for (let line = startLine; line < endLine && length < LONGEST; line++) {
    if (line > startLine && (state.isEmpty(line) || state.sCount[line]! < state.blkIndent)) return false;
    const text = (line === startLine ? first.slice(2) : lineOf(line)).trimEnd();
    length += text.length;
    const at = endOf(text, 0, text.length, end);
    if (at < 0) {
      lines.push(text);
      continue;
    }
    if (at !== text.length - 2) return false;
    const content = [...lines, text.slice(0, -2)].join("\n").trim();
    if (!/[\p{L}\p{N}]/u.test(content)) return false;
    // `\[1\]` is a bracket.
    if (begin === "\\[" && line === startLine && !OF_TEX.test(content)) return false;
    if (isSilent) return true;
    const token = state.push("maths", "", 0);
    token.block = true;
    token.content = content;
    token.markup = `${begin}…${end}`;
    token.meta = { isDisplay: true };
    token.map = [startLine, line + 1];
    state.line = line + 1;
    return true;
  }
  return false;
}
