/** Formulas in TeX as MathML, by Temml. A module of its own, fetched for the first formula. */
import temml from "temml";
import type { MathName, Node } from "./nodes.ts";

/** Temml's tree: elements, and texts. */
interface Tree {
  readonly type?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly style?: Readonly<Record<string, unknown>>;
  readonly children?: readonly Tree[];
}

const OPTIONS = { trust: false, throwOnError: true, maxExpand: 200, maxSize: [20, 20] as [number, number] };
/** Formulas are set once, however often a text is parsed. */
const KEPT = 500;
const known = new Map<string, readonly Node[] | undefined>();

export function maths(tex: string, isDisplay: boolean): readonly Node[] | undefined {
  const key = `${isDisplay} ${tex}`;
  if (!known.has(key)) {
    if (known.size >= KEPT) known.clear();
    known.set(key, set(tex, isDisplay));
  }
  return known.get(key);
}

function set(tex: string, displayMode: boolean): readonly Node[] | undefined {
  try {
    const nodes: Node[] = [];
    write(temml.__renderToMathMLTree(tex, { ...OPTIONS, displayMode }) as Tree, nodes, { alttext: tex });
    return nodes;
  } catch {
    return undefined; // Not TeX, or not what Temml knows of it.
  }
}

function write(
  { type, text, attributes, style, children }: Tree,
  nodes: Node[],
  more: Record<string, string> = {},
): void {
  if (type === undefined || text !== undefined) {
    if (text !== undefined) nodes.push(text);
    else for (const child of children ?? []) write(child, nodes);
    return;
  }
  const given: Record<string, string> = { ...more };
  for (const [name, value] of Object.entries(attributes ?? {})) given[name] = String(value);
  // The space between columns is style, for which MathML Core has no attribute.
  for (const side of ["paddingLeft", "paddingRight"]) if (style?.[side]) given[side] = String(style[side]);
  const name: MathName = `math:${type}`;
  nodes.push(Object.keys(given).length ? [name, given] : [name]);
  for (const child of children ?? []) write(child, nodes);
  nodes.push(null);
}
