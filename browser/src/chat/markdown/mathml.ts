/** Elements of MathML, by name, with the attributes that say how a formula is set and lead nowhere. */
import type { Attributes } from "./nodes.ts";

const ELEMENTS = new Set([
  "math",
  "menclose",
  "mfrac",
  "mi",
  "mmultiscripts",
  "mn",
  "mo",
  "mover",
  "mpadded",
  "mphantom",
  "mprescripts",
  "mroot",
  "mrow",
  "ms",
  "mspace",
  "msqrt",
  "mstyle",
  "msub",
  "msubsup",
  "msup",
  "mtable",
  "mtd",
  "mtext",
  "mtr",
  "munder",
  "munderover",
]);
const ATTRIBUTES = new Set([
  "accent",
  "accentunder",
  "alttext",
  "columnalign",
  "columnspan",
  "depth",
  "display",
  "displaystyle",
  "fence",
  "form",
  "height",
  "largeop",
  "linethickness",
  "lspace",
  "mathvariant",
  "maxsize",
  "minsize",
  "movablelimits",
  "notation",
  "rowspan",
  "rspace",
  "scriptlevel",
  "separator",
  "stretchy",
  "symmetric",
  "voffset",
  "width",
]);
/** Space beside a column. */
const STYLES = { paddingLeft: "padding-left", paddingRight: "padding-right" };

export function mathElement(name: string, attributes: Attributes): Element {
  const element = document.createElementNS(
    "http://www.w3.org/1998/Math/MathML",
    ELEMENTS.has(name) ? name : "mrow",
  ) as MathMLElement;
  for (const [key, value] of Object.entries(attributes)) {
    if (ATTRIBUTES.has(key)) element.setAttribute(key, String(value));
    else if (key in STYLES && /^[\d.]{1,8}(em|pt|px)$/.test(String(value)))
      element.style.setProperty(STYLES[key as keyof typeof STYLES], String(value));
  }
  return element;
}
