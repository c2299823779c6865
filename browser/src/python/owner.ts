/** Whoever asks an interpreter for something. */
export interface Owner {
  /** Told what the start of Python is doing, in words for the reader; the empty text when there is nothing to say. */
  onPython(state: string, lang?: string): void;
}
