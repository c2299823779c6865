/** The one script of a page: registers the element. A classic script, because module scripts do not run on file://. */
import { QuantlabWidget } from "./widget.ts";

// Another copy on the page, from a theme or a second build, may have been first.
if (!customElements.get("quantlab-widget")) {
  customElements.define("quantlab-widget", QuantlabWidget);
}
