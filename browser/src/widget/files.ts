/** What a reader's own files add to a figure, by their kind. */
import { page } from "../generated/texts.ts";
import type { ModelHeader, Resources } from "../generated/protocol.ts";
import type { GgufFile } from "../python/messages.ts";
import { found } from "../python/resources.ts";
import { BASE } from "../ui/base.ts";
import { speak } from "../ui/load.ts";
import { language, texts } from "../ui/texts.ts";

const t = texts("page", page);

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

/** A script of its own, for pages whose reader drops a picture. @throws Error It could not be fetched. */
async function pictureScript(): Promise<typeof import("./picture.ts")> {
  await speak(language(), ["picture"]);
  return import(`${BASE}picture.js`).catch(() => {
    throw new Error(t("part_missing"));
  });
}

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
  picture: async ([file], zone) => {
    const { readPicture } = await pictureScript();
    return { files: [], found: [found("picture", [], await readPicture(file as File, Number(zone.dataset.pixels)))] };
  },
};
