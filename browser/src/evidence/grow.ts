/** Boxes that grow with their text, also in browsers without `field-sizing`: Safari before 26.2, Firefox before 152. */

const isNative = CSS.supports("field-sizing", "content");

/** Keeps a box as high as what is typed into it. @returns The box. */
export function growing(box: HTMLTextAreaElement): HTMLTextAreaElement {
  if (isNative) return box;
  box.addEventListener("input", () => fit(box));
  // A box has a width once it is in the page and seen, and another where the window changes.
  let width = 0;
  new ResizeObserver(() => {
    if (box.offsetWidth === width) return;
    width = box.offsetWidth;
    // Not at once: what is observed must not change while it is.
    requestAnimationFrame(() => fit(box));
  }).observe(box);
  return box;
}

/** Puts a text into a box that grows. */
export function setText(box: HTMLTextAreaElement, text: string): void {
  box.value = text;
  if (!isNative) fit(box);
}

function fit(box: HTMLTextAreaElement): void {
  box.style.height = "";
  const borders = box.offsetHeight - box.clientHeight;
  box.style.height = `${box.scrollHeight + borders}px`;
}
