/** The script of labs: fetched where a page has a list of objectives, and there only. */
import { define } from "../ui/define.ts";
import { QuantlabObjectives } from "./objectives.ts";

define({ "quantlab-objectives": QuantlabObjectives });
