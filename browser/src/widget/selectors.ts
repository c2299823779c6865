/** How marks that a reader can grab are found in a figure: the attributes of `engine/core/interact.py`. */
export const DRAG = "[data-drag-x], [data-drag-y]";
export const MARKS = `${DRAG}, [data-click], [data-paint], [data-scrub], [data-play]`;
