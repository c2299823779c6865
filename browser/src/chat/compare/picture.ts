/** The SVG in an answer: a stop-gap. */
import type { Drawing } from "./measures.ts";

export function inspect(text: string): Drawing | null {
  return null;
}

export function picture(text: string): HTMLElement | null {
  return null;
}
