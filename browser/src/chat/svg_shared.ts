/** What the page and the script that cleans drawings agree on: limits, and the name of the tools that the script leaves in the page. */
export const SVG_TOOLS = Symbol.for("quantlab.svg");

/**
 * Larger pictures are not drawn: bytes of source, elements that are drawn, copies by `<use>` included, attributes of one element, and copies
 * of what has copies, one inside the other. Each of them costs time that the page stands still, and the last three more than their number.
 */
export const MAX_BYTES = 256 * 1024;
export const MAX_ELEMENTS = 2000;
export const MAX_ATTRIBUTES = 200;
export const MAX_DEPTH = 1000;
