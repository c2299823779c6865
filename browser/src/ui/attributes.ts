/** What a build wrote into an element's attributes. */
import type { Attributes } from "../generated/attributes.ts";

/** The value in `data-NAME`; undefined where the element has none. */
export function attribute<Name extends keyof Attributes & string>(
  { dataset }: HTMLElement,
  name: Name,
): Attributes[Name] | undefined {
  const text = dataset[name];
  // The build that wrote the attribute is of the same version as this script.
  return text ? (JSON.parse(text) as Attributes[Name]) : undefined;
}
