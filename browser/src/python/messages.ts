/** What the page and the worker say to each other, and what a widget's Python answers. */

/** Option names and their texts, as a directive gives them. */
export type Strings = Record<string, string>;

/** `engine.core.widget.answer`: the figure, every option's text, and limits that depend on other options. */
export interface Answer {
  html: string;
  values: Strings;
  bounds: Record<string, [number, number]>;
}

/** Where things are. Answered by `ready` or `failed`, at once where Python runs already. */
export interface Start {
  type: "start";
  folder: string;
  archive: string;
  /** The page compiles the WebAssembly and sends it as soon as it has it. */
  willSendWasm: boolean;
}

export interface Wasm {
  type: "wasm";
  wasm: WebAssembly.Module;
}

export interface Ask {
  type: "ask";
  id: number;
  widget: string;
  options: Strings;
  /** What the figure came with: models and weights out of files, as JSON, or the empty text. */
  sources: string;
  /** The reader's own code in place of the engine's, or the empty text. */
  code: string;
}

/** A GGUF file of the reader's own, or the address of one. */
export type GgufFile = File | string;

/** Reads the headers of files, and of nothing else in them. Answered by any number of `reading`, then `models` or `error`. */
export interface Read {
  type: "read";
  id: number;
  files: GgufFile[];
}

export type ContestStep = "draw" | "encode" | "decode";

/** A step of a run of `engine.methods.challenge`. Answered by `contested` or `error`. */
export interface Contest {
  type: "contest";
  id: number;
  step: ContestStep;
  /** The code, and what the step works on, as JSON. */
  argument: string;
}

/** A step of `engine.page_quantize`: `plan` on a whole file, the others on a piece of it. Answered by `quantized` or `error`. */
export interface Quantize {
  type: "quantize";
  id: number;
  step: "plan" | "encode" | "own_weights" | "own_stored" | "scheme_stored";
  /** Texts that the step takes before the bytes. */
  texts: string[];
  data: Uint8Array;
}

/** What comes of a step: what Python says, and for a piece its bytes. */
export interface Quantized {
  made: unknown;
  data: Uint8Array<ArrayBuffer> | null;
}

/** Marks a drawing: `engine.page_marks.marks`. Answered by `marked`. */
export interface Mark {
  type: "mark";
  id: number;
  prompt: string;
  /** The model's answer. */
  answer: string;
}

/** Draws the curve of what several models drew: `engine.page_marks.curve`. Answered by `marked`. */
export interface Curve {
  type: "curve";
  id: number;
  /** JSON. */
  runs: string;
}

/** What is asked of Python, by the page. */
export type Question = Omit<Ask, "id"> | Omit<Read, "id"> | Omit<Contest, "id"> | Omit<Quantize, "id"> | Omit<Mark, "id"> | Omit<Curve, "id">;

/** `engine.gguf.model.Model.to_json`, of which the page needs the name only. */
export interface Model {
  name: string;
}

/** A shared worker that nobody wants any more ends itself when it is done with what it does. */
export interface Close {
  type: "close";
}

export type ToWorker = Start | Wasm | Ask | Read | Contest | Quantize | Mark | Curve | Close;

/**
 * `fetched`: everything has arrived. `option` names the option an error is about, where it is about one; `line` the line of
 * the reader's code.
 */
export type FromWorker =
  | { type: "fetched" }
  | { type: "ready" }
  | { type: "failed"; message: string }
  | { type: "answer"; id: number; answer: Answer }
  | { type: "reading"; id: number; state: string }
  | { type: "models"; id: number; models: Model[] }
  | { type: "contested"; id: number; made: unknown }
  | ({ type: "quantized"; id: number } & Quantized)
  | { type: "marked"; id: number; made: unknown }
  | { type: "error"; id: number; message: string; option: string | null; line: number | null };
