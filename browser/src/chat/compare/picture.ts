/** Pictures of a comparison: many on a page, so each is drawn only when it is about to be seen. */
import { Drawing, inspectDrawing, type Inspection } from "../drawing.ts";
import { findDrawing } from "../drawing_finder.ts";

/** What is known of the SVG in a text; null where there is none. */
export function inspect(text: string): Inspection | null {
  const found = findDrawing(text);
  return found && inspectDrawing(found);
}

/** The picture in a text; null where there is none. */
export function picture(text: string, name: string): HTMLElement | null {
  const found = findDrawing(text);
  if (!found) return null;
  const drawing = new Drawing(name);
  const watch = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      watch.disconnect();
      drawing.show(found);
      drawing.end();
    },
    { rootMargin: "50%" },
  );
  watch.observe(drawing.element);
  return drawing.element;
}
