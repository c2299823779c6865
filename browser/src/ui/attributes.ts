/** What a build wrote into an element's attributes. */
import type { Attributes } from "../generated/attributes.ts";

/** The value in `data-NAME`; undefined where the element has none. */
export function attribute<Name extends keyof Attributes & string>(
  { dataset }: HTMLElement,
  name: Name,
): Attributes[Name] | undefined {
  // Builds break long lines at spaces (`site/markdown/portable.py`). JSON itself has line breaks in no text.
  const text = dataset[name]?.replaceAll("\n", " ");
  // The build that wrote the attribute is of the same version as this script.
  return text ? (JSON.parse(text) as Attributes[Name]) : undefined;
}
