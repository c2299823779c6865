/** The comparison's own script: fetched when a reader opens the comparison, and there only. What it shares with the chat's is in that one. */
import { provide } from "../comparing.ts";
import { toData, toMarkdown } from "./export.ts";
import { mountCompare } from "./panel.ts";

/** `compare.css`, put in by the build. */
declare const STYLE: string;

const style = new CSSStyleSheet();
style.replaceSync(STYLE);
document.adoptedStyleSheets.push(style);
provide({ mount: mountCompare, toMarkdown, toData });
