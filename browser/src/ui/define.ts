/**
 * Defines elements as soon as the page is parsed: where a theme loads the script without `defer`, an element that was defined at once
 * would find no children. A second copy of the script, from a theme or another build, changes nothing.
 */
export function define(elements: Record<string, CustomElementConstructor>): void {
  const now = (): void => {
    for (const [name, element] of Object.entries(elements))
      if (!customElements.get(name)) customElements.define(name, element);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", now);
  else now();
}
