/**
 * The page's own background, for figures in themes that have no variable for it: what covers something has to have its colour.
 * `styles/tokens.css` reads it.
 */

let isWatching = false;

/** Sets the colour behind an element for all of the page, and again when the theme changes it. */
export function watchPageColour(element: Element): void {
  const set = (): void => {
    const colour = backgroundOf(element);
    if (colour) document.documentElement.style.setProperty("--quantlab-behind", colour);
  };
  if (isWatching && document.documentElement.style.getPropertyValue("--quantlab-behind")) return;
  // Before the next frame is painted, when the browser computes styles anyway.
  const soon = (): unknown => requestAnimationFrame(set);
  soon();
  if (isWatching) return;
  isWatching = true;
  // How themes switch between light and dark.
  const observer = new MutationObserver(soon);
  for (const part of [document.documentElement, document.body])
    observer.observe(part, { attributes: true, attributeFilter: ["class", "data-theme", "data-bs-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", soon);
}

/** The first colour behind an element that is not transparent. */
function backgroundOf(element: Element | null): string | undefined {
  for (let each = element; each; each = each.parentElement) {
    const { backgroundColor } = getComputedStyle(each);
    if (!/^transparent$|[,/]\s*0\)$/.test(backgroundColor)) return backgroundColor;
  }
  return undefined;
}
