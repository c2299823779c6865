/** Where a reader gives files of their own: dropped on the widget, picked, or, where it has a field for one, by address. */
import type { ModelHeader, Sources } from "../generated/protocol.ts";
import type { GgufFile } from "../python/messages.ts";
import { found } from "../python/sources.ts";
import { readPicture } from "./picture.ts";

/** What the reader's files add to a figure's `Sources`. */
export type Added = Pick<Sources, "files" | "found">;

/**
 * Reads files of one kind.
 *
 * @param zone The part of the form that took them.
 * @param headers Has Python read the headers of models; gives null where a newer request took the place of this one.
 * @returns Null where they are not wanted any more.
 */
type Reader = (files: GgufFile[], zone: HTMLElement, headers: (files: GgufFile[]) => Promise<ModelHeader[] | null>) => Promise<Added | null>;

/** What reads each kind of file, by the form's `data-files`: the options' `takes_files`. */
export const READERS: Readonly<Record<string, Reader>> = {
  models: async (files, _zone, headers) => {
    const models = await headers(files);
    return (
      models && {
        files: models.map(({ name }) => name),
        found: models.map((model) => found("model", [model.name], model)),
      }
    );
  },
  picture: async ([file], zone) => ({ files: [], found: [found("picture", [], await readPicture(file as File, Number(zone.dataset.pixels)))] }),
};

/**
 * @param host What files may be dropped on.
 * @param zone The part of the form with the file input, and maybe the address and its button.
 * @param take Given what the reader gave.
 */
export function takeFiles(host: HTMLElement, zone: HTMLElement, take: (files: GgufFile[]) => void): void {
  const picker = zone.querySelector<HTMLInputElement>("[type=file]")!;
  const address = zone.querySelector<HTMLInputElement>("[type=url]");
  const takeAddress = (): void => {
    const url = address!.value.trim();
    if (url) take([url]);
    else address!.focus();
  };
  picker.addEventListener("change", () => {
    if (picker.files?.length) take([...picker.files]);
    // Picking the same file again is a change too.
    picker.value = "";
  });
  zone.querySelector("button")?.addEventListener("click", takeAddress);
  address?.addEventListener("keydown", (event) => {
    if (event.key === "Enter") takeAddress();
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
}
