/**
 * Which drawing of an answer counts, found as the answer arrives: each character is looked at once.
 *
 * The rule: the last SVG in a text; SVGs inside it are its own. One that does not end goes on to the end of its block of code, if it stands
 * in one, or of the text. The marks follow the same rule in Python (`engine/drawing/reading.py`); `tests/drawing_in_text.json` has the cases
 * that both pass.
 */

/** The SVG that a text holds. */
export interface Found {
  readonly source: string;
  /** Its end tag has come. */
  readonly isComplete: boolean;
}

const [TAB, LINE_FEED, FORM_FEED, RETURN, SPACE, SLASH, LESS, GREATER, BACKTICK] = [..."\t\n\f\r /<>`"].map((c) =>
  c.charCodeAt(0),
);

/** What has come of `<svg` or `</svg`, the character after it included. */
enum Tag {
  None,
  Less,
  Slash,
  S,
  V,
  Name,
  /** Of a drawing's tag, up to its `>`. */
  Inside,
}

/** Where the drawing stands, once there is one. */
interface Place {
  readonly start: number;
  /** -1 while its end has not come. */
  readonly end: number;
}

export class DrawingFinder {
  /** How many characters have come. */
  length = 0;
  /** Where the first drawing begins, or -1. */
  first = -1;
  /** Something is said behind a complete drawing. */
  hasWordsBehind = false;

  #complete: Place | undefined;
  /** The drawing that is open: where it begins, its SVGs that are open, and where its block of code ends, or -1. */
  #start = -1;
  #depth = 0;
  #fence = -1;

  #tag = Tag.None;
  #tagStart = 0;
  #closes = false;
  /** A line's end that only white space has followed, or -1, and the backticks after that. */
  #lineEnd = -1;
  #backticks = 0;
  #before = 0;
  /** A drawing has just ended, and at most white space has come since. */
  #isBehind = false;

  /** Takes the next characters in. */
  push(text: string): void {
    for (let i = 0; i < text.length; i++) this.#step(text.charCodeAt(i));
  }

  /**
   * The drawing in what has come, or null where there is none.
   *
   * @param text All that has come.
   */
  find(text: string): Found | null {
    const { start, end } = this.#start < 0 ? (this.#complete ?? { start: -1, end: -1 }) : this.#open();
    return start < 0 ? null : { source: text.slice(start, end), isComplete: this.#start < 0 };
  }

  #open(): Place {
    return { start: this.#start, end: this.#fence < 0 ? this.length : this.#fence };
  }

  #step(code: number): void {
    if (this.#isBehind && !isSpace(code)) {
      this.#isBehind = false;
      if (code !== LESS) this.hasWordsBehind = true;
    }
    if (this.#tag === Tag.Inside) {
      if (code === GREATER) this.#endTag();
    } else if (this.#tag === Tag.Name) {
      this.#tag = code === LESS ? Tag.Less : Tag.None;
      if (isSpace(code) || code === SLASH || code === GREATER) this.#beginTag(code);
    } else this.#tag = this.#next(code);
    if (this.#tag === Tag.Less) this.#tagStart = this.length;
    if (this.#start >= 0) this.#seekFence(code);
    this.#before = code;
    this.length++;
  }

  /** How much of a tag's name has come, with this character. */
  #next(code: number): Tag {
    if (code === LESS) return Tag.Less;
    // Letters in lower case.
    const letter = code | 32;
    if (this.#tag === Tag.Less || this.#tag === Tag.Slash) {
      const isFirst = this.#tag === Tag.Less;
      if (isFirst && code === SLASH) return Tag.Slash;
      this.#closes = !isFirst;
      return letter === 115 ? Tag.S : Tag.None;
    }
    if (this.#tag === Tag.S) return letter === 118 ? Tag.V : Tag.None;
    return this.#tag === Tag.V && letter === 103 ? Tag.Name : Tag.None;
  }

  /** @param code What follows the tag's name. */
  #beginTag(code: number): void {
    if (this.#start < 0) {
      if (this.#closes || code === SLASH) return;
      this.#start = this.#tagStart;
      if (this.first < 0) this.first = this.#start;
      this.#depth = 0;
      this.#fence = this.#lineEnd = -1;
    }
    this.#tag = Tag.Inside;
    if (code === GREATER) this.#endTag();
  }

  #endTag(): void {
    this.#tag = Tag.None;
    if (this.#closes) this.#depth--;
    else if (this.#before !== SLASH) this.#depth++;
    if (this.#depth > 0) return;
    this.#complete = { start: this.#start, end: this.length + 1 };
    this.#start = -1;
    this.#isBehind = true;
  }

  /** A block of code ends with three backticks on a line of their own. */
  #seekFence(code: number): void {
    if (this.#fence >= 0) return;
    if (code === BACKTICK && this.#lineEnd >= 0) {
      if (++this.#backticks === 3) this.#fence = this.#lineEnd;
    } else if (!isSpace(code)) this.#lineEnd = -1;
    else if (this.#lineEnd < 0 || this.#backticks) {
      this.#lineEnd = code === LINE_FEED ? this.length : -1;
      this.#backticks = 0;
    }
  }
}

/** White space as HTML has it. */
function isSpace(code: number): boolean {
  return code === SPACE || code === LINE_FEED || code === TAB || code === RETURN || code === FORM_FEED;
}

/** The drawing in a whole text, or null where there is none. */
export function findDrawing(text: string): Found | null {
  const finder = new DrawingFinder();
  finder.push(text);
  return finder.find(text);
}
