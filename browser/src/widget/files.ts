/** What a reader's own files add to a figure, by their kind. A script of its own, for figures that take files. */
import type { ModelHeader, Resources } from "../generated/protocol.ts";
import type { GgufFile } from "../python/messages.ts";
import { found } from "../python/resources.ts";
import { readPicture } from "./picture.ts";

export { takeFiles } from "../ui/files.ts";

/** What the reader's files add to a figure's `Resources`. */
export type Added = Pick<Resources, "files" | "found">;

/**
 * Reads files of one kind.
 *
 * @param zone The part of the form that took them.
 * @param headers Has Python read the headers of models; gives null where a newer request took the place of this one.
 * @returns Null where they are not wanted any more.
 */
type Reader = (
  files: GgufFile[],
  zone: HTMLElement,
  headers: (files: GgufFile[]) => Promise<ModelHeader[] | null>,
) => Promise<Added | null>;

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
  picture: async ([file], zone) => ({
    files: [],
    found: [found("picture", [], await readPicture(file as File, Number(zone.dataset.pixels)))],
  }),
};
