/** The chat's own script: fetched where a page has a chat, and there only. */
import { define } from "../ui/define.ts";
import { QuantlabChat } from "./element.ts";

/** `chat.css`, put in by the build. */
declare const STYLE: string;

if (!customElements.get("quantlab-chat")) {
  // Not a `<link>`: instant navigation takes out of the page's head what the next page does not have.
  const style = new CSSStyleSheet();
  style.replaceSync(STYLE);
  document.adoptedStyleSheets.push(style);
  define({ "quantlab-chat": QuantlabChat });
}
