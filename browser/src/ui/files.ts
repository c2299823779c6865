/** Where a reader gives files of their own: dropped on an element, picked, or, where there is a field for one, by address. */
import { isComposing } from "./dom.ts";

/**
 * @param host What files may be dropped on.
 * @param zone The part of the form with the file input, and maybe the address and its button.
 * @param take Given what the reader gave.
 */
export function takeFiles(host: HTMLElement, zone: HTMLElement, take: (files: (File | string)[]) => void): void {
  const picker = zone.querySelector<HTMLInputElement>("[type=file]")!;
  const address = zone.querySelector<HTMLInputElement>("[type=url]");
  const takeAddress = (): void => {
    const url = address!.value.trim();
    if (url) take([url]);
    else address!.focus();
  };
  const takePicked = (): void => {
    if (picker.files?.length) take([...picker.files]);
    // Picking the same file again is a change too.
    picker.value = "";
  };
  picker.addEventListener("change", takePicked);
  zone.querySelector("button")?.addEventListener("click", takeAddress);
  address?.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !isComposing(event)) takeAddress();
  });

  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  let inside = 0; // each element below the host is entered and left
  const mark = (change: number): void => {
    inside = Math.max(0, inside + change);
    host.classList.toggle("is-over", inside > 0);
  };
  host.addEventListener("dragenter", (event) => hasFiles(event) && mark(1));
  host.addEventListener("dragleave", (event) => hasFiles(event) && mark(-1));
  host.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  host.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // the browser would open it
    inside = 0;
    mark(0);
    take([...event.dataTransfer!.files]);
  });
  zone.dataset.ready = "";
  takePicked(); // what was picked before this script came
}
