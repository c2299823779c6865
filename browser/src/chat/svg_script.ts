/**
 * What makes SVG fit to be shown, as a script of its own: half as large as the chat, and needed before the first drawing only.
 *
 * Classic, because module scripts do not run on a page that was opened from a file; it leaves what it has where `drawing.ts` finds it.
 */
import { cleaned, fill, TooMany } from "./svg.ts";
import { SVG_TOOLS } from "./svg_shared.ts";

const tools = { cleaned, fill, TooMany };
export type SvgTools = typeof tools;
(globalThis as { [key: symbol]: unknown })[SVG_TOOLS] = tools;
