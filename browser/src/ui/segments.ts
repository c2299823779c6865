/** Lets a pointer that is held down move along a row of buttons as along a slider. */
export function dragSegments(form: HTMLFormElement): void {
  form.addEventListener("pointermove", (event) => {
    if (!(event.buttons & 1)) return;
    const row = (event.target as Element).closest(".quantlab-segments");
    // A finger's events all go to where it came down, so ask what is under it now.
    const under = document.elementFromPoint(event.clientX, event.clientY);
    if (!row || !(under instanceof HTMLInputElement) || under.checked || !row.contains(under)) return;
    under.checked = true;
    under.focus();
    under.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
