/**
 * GGUF files that were made in the page or chosen by the reader, handed from whoever has one to every chat of the document.
 *
 * The page's scripts are bundled apart, so they meet on the document: a list, and an event for each that joins it. Nothing is
 * stored: files end with the document.
 */

/** A GGUF file in the page. */
export interface Offer {
  /** What readers see; another of the same name takes its place. */
  readonly name: string;
  readonly file: Blob;
  /** A remark, for example where it comes from. */
  readonly note: string;
}

const EVENT = "quantlab-model";
const LIST = Symbol.for("quantlab-models");

type Board = Document & { [LIST]?: Map<string, Offer> };

function list(): Map<string, Offer> {
  return ((document as Board)[LIST] ??= new Map());
}

/** Hands a file to every chat of the document, those that are not there yet included. */
export function offer(model: Offer): void {
  // Behind the others, also where one of its name was among them.
  list().delete(model.name);
  list().set(model.name, model);
  document.dispatchEvent(new CustomEvent(EVENT, { detail: model }));
}

/** All that were offered, the earliest first. */
export function offers(): readonly Offer[] {
  return [...list().values()];
}

/** Calls `hear` for each offer to come; the function that it gives ends that. */
export function onOffer(hear: (model: Offer) => void): () => void {
  const listener = (event: Event): void => hear((event as CustomEvent<Offer>).detail);
  document.addEventListener(EVENT, listener);
  return () => document.removeEventListener(EVENT, listener);
}
