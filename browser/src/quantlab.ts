/** The one script of a page: registers the elements. A classic script, because module scripts do not run on file://. */
import { BASE } from "./ui/base.ts";
import { define } from "./ui/define.ts";
import { watchReturns } from "./ui/link.ts";
import { QuantlabLoad } from "./ui/load.ts";
import { register } from "./widget/panels.ts";
import { share } from "./python/shared_python.ts";
import { python } from "./widget/page_python.ts";
import { QuantlabWidget } from "./widget/widget.ts";

register("quantizer", { texts: "quantize", load: () => import(`${BASE}quantize.js`) });

watchReturns();

define({
  "quantlab-widget": QuantlabWidget,
  "quantlab-load": QuantlabLoad,
});

share(python);
