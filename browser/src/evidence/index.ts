/** The script of evidence: fetched where a page has fields for it, and there only. */
import { define } from "../ui/define.ts";
import { QuantlabEvidence } from "./field.ts";
import { QuantlabEvidenceSheet } from "./sheet.ts";

/** `evidence.css`, put in by the build. */
declare const STYLE: string;

if (!customElements.get("quantlab-evidence")) {
  // Not a `<link>`: instant navigation takes out of the page's head what the next page does not have.
  const style = new CSSStyleSheet();
  style.replaceSync(STYLE);
  document.adoptedStyleSheets.push(style);
  define({ "quantlab-evidence": QuantlabEvidence, "quantlab-evidence-sheet": QuantlabEvidenceSheet });
}
