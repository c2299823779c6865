/** What the page and the worker say to each other, and what a widget's Python answers. */

/** Option names and their texts, as a directive gives them. */
export type Strings = Record<string, string>;

/** `engine.widgets.answer`: the figure, every option's text, and limits that depend on other options. */
export interface Answer {
  html: string;
  values: Strings;
  bounds: Record<string, [number, number]>;
}

/** Where things are, sent once. The module is compiled by the page, whose code cache a worker does not share. */
export interface Start {
  type: "start";
  folder: string;
  archive: string;
  version: string;
  wasm: WebAssembly.Module;
}

export interface Ask {
  type: "ask";
  id: number;
  widget: string;
  options: Strings;
}

export type ToWorker = Start | Ask;

/** `option` names the option an error is about, where it is about one. */
export type FromWorker =
  | { type: "ready" }
  | { type: "failed"; message: string }
  | { type: "answer"; id: number; answer: Answer }
  | { type: "error"; id: number; message: string; option: string | null };
