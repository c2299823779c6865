/** A block of code in an answer: what it is in, the code itself, and a button that copies it. */
import { button, h } from "../../ui/dom.ts";
import { copyText } from "../copy.ts";
import { t } from "../texts.ts";
import type { Attributes } from "./nodes.ts";

/** @param onDrawing Told where it holds a drawing. */
export function codeBlock(
  { language, isDrawing }: Attributes,
  onDrawing: (block: HTMLDetailsElement) => void,
): { element: HTMLElement; inside: HTMLElement } {
  const code = h("code");
  const copy = button(t("copy"), () => void copyText(code.textContent, copy), { "aria-label": t("copy_code") });
  const element = h(
    "details",
    { class: "quantlab-chat-code", open: true },
    h("summary", {}, language ? String(language).slice(0, 40) : t("code")),
    h("pre", {}, code),
    copy,
  );
  if (isDrawing) onDrawing(element);
  return { element, inside: code };
}
