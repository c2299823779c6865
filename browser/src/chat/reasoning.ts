/**
 * Separates a model's reasoning from its answer.
 *
 * Most servers send the two apart. Those that do not know a model's format send both as text, with marks between them that differ by
 * family; where the prompt's template holds the first mark, only the last one is in the text. An answer that speaks of these marks, in
 * code or in a sentence, stays as it is.
 */
import { asJson, asList, asText, type Json } from "./http.ts";
import type { Piece } from "./stream.ts";

/** What begins reasoning, and what ends it. */
const MARKS = [
  ["<think>", "</think>"],
  ["<thinking>", "</thinking>"],
  ["<thought>", "</thought>"],
  ["<reasoning>", "</reasoning>"],
  ["[THINK]", "[/THINK]"],
  ["<|START_THINKING|>", "<|END_THINKING|>"],
] as const;
const BEGINS = MARKS.map(([begin]) => begin);
const ENDS = MARKS.map(([, end]) => end);
const EITHER = [...BEGINS, ...ENDS];

/** In the harmony format each message has a head, which names its channel; the channel `final` is the answer. */
const HEADS = ["<|start|>", "<|channel|>"];
const BODY = "<|message|>";
const BODY_ENDS = [...HEADS, "<|end|>", "<|return|>", "<|call|>"];
/** No head is longer, in characters. */
const LONGEST_HEAD = 200;

/** A mark that begins reasoning is looked for behind at most so many blank characters. */
const MOST_BLANK = 2000;

/** An answer that names both marks, as in `<think> and </think> are tags`, has no more characters between them. */
const NAMED = 12;

/** Splits a text that arrives in parts. */
export class Reasoning {
  #step: (isAll: boolean) => Generator<Piece, boolean> = this.#begin;
  /** Text that may still belong to either. */
  #held = "";
  /** Nothing but reasoning has come so far. */
  #isFirst = true;
  #end = "";
  readonly #place = new Place();

  /** The next text, as pieces. */
  *push(text: string): Generator<Piece> {
    // Tokens without a text are counted where a model repeats itself.
    if (!text) yield { type: "text", text };
    this.#held += text;
    yield* this.#read(false);
  }

  /** What was held back; the answer is over. */
  *flush(): Generator<Piece> {
    yield* this.#read(true);
  }

  *#read(isAll: boolean): Generator<Piece> {
    while (this.#held && (yield* this.#step(isAll)));
  }

  /** Takes so much of what is held. */
  #take(length: number): string {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    return text;
  }

  // Each step says whether the next one has something to do.

  /** Nothing has come, or reasoning has just ended. */
  *#begin(isAll: boolean): Generator<Piece, boolean> {
    const blank = this.#held.length - this.#held.trimStart().length;
    const text = this.#held.slice(blank);
    if (!text) {
      // White space between reasoning and answer belongs to neither.
      if (!this.#isFirst) this.#held = "";
      else if (isAll) yield { type: "text", text: this.#take(blank) };
      else if (blank > MOST_BLANK) {
        this.#step = this.#answer;
        return true;
      }
      return false;
    }
    // Some models end their reasoning twice.
    const starts = [...(this.#isFirst ? [] : ENDS), ...BEGINS, ...HEADS];
    if (!isAll && starts.some((start) => start.length > text.length && start.startsWith(text))) return false;
    const again = this.#isFirst ? undefined : ENDS.find((end) => text.startsWith(end));
    if (again) {
      this.#take(blank + again.length);
      return true;
    }
    const mark = MARKS.find(([begin]) => text.startsWith(begin));
    if (mark) {
      const [begin, end] = mark;
      const inside = text.slice(begin.length);
      const isNamed = new RegExp(`^ [^\\n]{0,${NAMED}}$`);
      const at = inside.indexOf(end);
      if (at < 0 && !isAll && (!inside || (isNamed.test(inside) && inside.trim().length <= NAMED))) return false;
      if (at >= 0 && isNamed.test(inside.slice(0, at)) && inside.slice(0, at).trim()) this.#step = this.#rest;
      else {
        this.#take(blank + begin.length);
        this.#end = end;
        this.#step = this.#inside;
      }
      return true;
    }
    if (HEADS.some((head) => text.startsWith(head))) this.#step = this.#head;
    else this.#step = this.#isFirst ? this.#answer : this.#rest;
    if (!this.#isFirst) this.#take(blank);
    return true;
  }

  *#inside(isAll: boolean): Generator<Piece, boolean> {
    const at = this.#held.indexOf(this.#end);
    const text = this.#take(at >= 0 ? at : isAll ? this.#held.length : settled(this.#held, [this.#end]));
    if (text) yield { type: "thinking", text };
    if (at < 0) return false;
    this.#take(this.#end.length);
    this.#isFirst = false;
    this.#step = this.#begin;
    return true;
  }

  *#head(isAll: boolean): Generator<Piece, boolean> {
    yield* []; // nothing of it is said
    const at = this.#held.indexOf(BODY);
    if (at < 0 && !isAll && this.#held.length <= LONGEST_HEAD) return false;
    if (at < 0) {
      this.#step = this.#rest;
      return true;
    }
    const head = this.#take(at + BODY.length);
    this.#step = /<\|channel\|>\s*final\b/.test(head) ? this.#final : this.#analysis;
    return true;
  }

  #final(isAll: boolean): Generator<Piece, boolean> {
    return this.#body("text", isAll);
  }

  #analysis(isAll: boolean): Generator<Piece, boolean> {
    return this.#body("thinking", isAll);
  }

  *#body(type: "text" | "thinking", isAll: boolean): Generator<Piece, boolean> {
    const at = first(this.#held, BODY_ENDS);
    const text = this.#take(at >= 0 ? at : isAll ? this.#held.length : settled(this.#held, BODY_ENDS));
    if (text) yield { type, text };
    if (at < 0) return false;
    this.#step = this.#head;
    // The end of the last message, with nothing behind it.
    const end = BODY_ENDS.find((mark) => this.#held.startsWith(mark))!;
    if (!HEADS.includes(end)) this.#take(end.length);
    return true;
  }

  /** The answer, unless the end of reasoning shows that it was none. */
  *#answer(isAll: boolean): Generator<Piece, boolean> {
    const at = first(this.#held, EITHER);
    if (at < 0) {
      yield this.#said(isAll ? this.#held.length : settled(this.#held, EITHER));
      return false;
    }
    const mark = EITHER.find((each) => this.#held.startsWith(each, at))!;
    const behind = this.#held[at + mark.length];
    if (behind === undefined && !isAll) {
      if (at) yield this.#said(at);
      return false;
    }
    if (at) yield this.#said(at);
    if (ENDS.includes(mark as (typeof ENDS)[number]) && this.#place.endsReasoning(behind ?? "\n")) {
      this.#take(mark.length);
      this.#isFirst = false;
      this.#step = this.#begin;
      yield { type: "rethink" };
      return true;
    }
    // An answer that mentions a mark once will mention it again. In code, a mark means nothing either way.
    if (!this.#place.isCode) this.#step = this.#rest;
    yield this.#said(mark.length);
    return true;
  }

  #said(length: number): Piece {
    const text = this.#take(length);
    this.#place.pass(text);
    return { type: "text", text };
  }

  *#rest(): Generator<Piece, boolean> {
    yield { type: "text", text: this.#take(this.#held.length) };
    return false;
  }
}

/** Whether the current position of a Markdown text is inside code or within a sentence. */
class Place {
  /** The line, as far as it tells of code. */
  #line = "";
  #fence = "";
  #backticks = 0;
  #last = "\n";

  /** Goes on behind a text. */
  pass(text: string): void {
    for (const char of text) {
      if (char === "\n") {
        const fence = /^ {0,3}(`{3,}|~{3,})/.exec(this.#line)?.[1] ?? "";
        if (!this.#fence) this.#fence = fence;
        else if (fence.startsWith(this.#fence)) this.#fence = "";
        this.#line = "";
        this.#backticks = 0;
      } else {
        if (this.#line.length < 80) this.#line += char;
        if (char === "`") this.#backticks++;
      }
      this.#last = char;
    }
  }

  get isCode(): boolean {
    return this.#fence !== "" || this.#backticks % 2 === 1;
  }

  /** @param behind The character behind the mark. */
  endsReasoning(behind: string): boolean {
    // Within a sentence it is a word like others.
    const isWord = /[ \t"'(“‘«]/.test(this.#last) && /[^\S\n\r]|[\p{P}]/u.test(behind);
    return !this.isCode && !isWord;
  }
}

/** Where the first of some marks is, or -1. */
function first(text: string, marks: readonly string[]): number {
  const places = marks.map((mark) => text.indexOf(mark)).filter((at) => at >= 0);
  return places.length ? Math.min(...places) : -1;
}

/** How much of a text holds no beginning of a mark that may yet come. */
function settled(text: string, marks: readonly string[]): number {
  const longest = Math.max(...marks.map(({ length }) => length));
  for (let from = Math.max(0, text.length - longest + 1); from < text.length; from++) {
    if (marks.some((mark) => mark.startsWith(text.slice(from)))) return from;
  }
  return text.length;
}

/** What a message of OpenAI's API says, as a whole or in part: reasoning under one of its names, and text, as a string or as parts of it. */
export function* spoken(message: Json, reasoning: Reasoning): Generator<Piece> {
  const thinking = asText(message.reasoning_content) || asText(message.reasoning) || asText(message.thinking);
  if (thinking) yield { type: "thinking", text: thinking };
  const { content } = message;
  if (typeof content === "string") yield* reasoning.push(content);
  for (const part of asList(content).map(asJson)) {
    const text = partText(part);
    if (/^(thinking|reasoning)/.test(asText(part.type))) yield { type: "thinking", text };
    else yield* reasoning.push(text);
  }
}

/** The text of a part: by the name of its type, or of `text`, as a string or as parts again. */
function partText(part: Json): string {
  const inner = part[asText(part.type)] ?? part.text;
  if (typeof inner === "string") return inner;
  return asList(inner)
    .map((each) => asText(asJson(each).text))
    .join("");
}
