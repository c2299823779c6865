/** The one script of a page: registers the elements. A classic script, because module scripts do not run on file://. */
import { BASE } from "./ui/base.ts";
import { QuantlabLoad } from "./ui/load.ts";
import { QuantlabObjectives } from "./widget/objectives.ts";
import { register } from "./widget/panels.ts";
import { share } from "./python/shared_python.ts";
import { python, QuantlabWidget } from "./widget/widget.ts";

register("quantizer", { texts: "quantize", load: () => import(`${BASE}quantize.js`) });

for (const [name, element] of [
  ["quantlab-widget", QuantlabWidget],
  ["quantlab-load", QuantlabLoad],
  ["quantlab-objectives", QuantlabObjectives],
] as const) {
  // Another copy on the page, from a theme or a second build, may have been first.
  if (!customElements.get(name)) customElements.define(name, element);
}

share(python);
