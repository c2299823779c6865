/** A GGUF file of the reader's own: chosen or dropped on the chat, looked at, and offered to every chat of the page. */
import { takeFiles } from "../ui/files.ts";
import { offer } from "../widget/models.ts";
import { h, labelled } from "../ui/dom.ts";
import { GGUF_FILES, MAX_MODEL_BYTES } from "../generated/limits.ts";
import { GgufError, readFile } from "./gguf.ts";
import { t } from "./texts.ts";
import { volume } from "../ui/volume.ts";

export class OwnFile {
  readonly element: HTMLElement;
  readonly #trouble = h("p", { class: "quantlab-chat-own", role: "alert" });
  readonly #take: (name: string) => void;

  /**
   * @param host What a file may be dropped on.
   * @param take Given the name of a file that a model can be made of, once it is offered.
   * @param say Says something to screen readers.
   */
  constructor(host: HTMLElement, take: (name: string) => void, say: (text: string) => void) {
    this.#take = take;
    const picker = h("input", { type: "file", accept: GGUF_FILES });
    const zone = h(
      "div",
      { class: "quantlab-files" },
      labelled(t("own_file", { size: volume(MAX_MODEL_BYTES) }), picker),
      this.#trouble,
    );
    this.element = zone;
    takeFiles(host, zone, ([file, ...others]) => {
      if (others.length) this.#trouble.textContent = t("one_file");
      // Without a field for one, nothing gives an address.
      else if (file instanceof File) void this.#look(file, say);
    });
  }

  async #look(file: File, say: (text: string) => void): Promise<void> {
    this.#trouble.textContent = "";
    try {
      if (file.size > MAX_MODEL_BYTES)
        throw new GgufError(t("file_too_large", { size: volume(file.size), limit: volume(MAX_MODEL_BYTES) }));
      const { metadata, tensors } = await readFile(file);
      if (Number(metadata["split.count"] ?? 1) > 1) throw new GgufError(t("file_split"));
      if (!tensors.length) throw new GgufError(t("file_without_tensors"));
    } catch (error) {
      const why = error instanceof GgufError ? error.message : t("file_unreadable");
      this.#trouble.textContent = t("file_refused", { name: file.name, reason: why });
      return;
    }
    offer({ name: file.name, file, note: t("your_file") });
    this.#take(file.name);
    say(t("file_chosen", { name: file.name }));
  }
}
