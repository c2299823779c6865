/** A reader's own picture, reduced in the page to the few pixels that a figure shows. */
import { picture } from "../generated/texts.ts";
import type { Picture } from "../generated/protocol.ts";
import { OptionError } from "../python/errors.ts";
import { language, texts } from "../ui/texts.ts";

const t = texts("picture", picture);

/**
 * @param file Any picture that the browser can show.
 * @param most Pixels that it may have; its proportions stay.
 * @throws OptionError It is none, with the reason as a sentence.
 */
export async function readPicture(file: File, most: number): Promise<Picture> {
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    try {
      await image.decode();
    } catch {
      throw new OptionError(t("not_a_picture", { name: file.name }), null, language());
    }
    const { naturalWidth, naturalHeight } = image;
    if (!naturalWidth || !naturalHeight)
      throw new OptionError(t("picture_without_size", { name: file.name }), null, language());
    const share = Math.min(1, Math.sqrt(most / (naturalWidth * naturalHeight)));
    // A side is at least one pixel, and the other then not more than all of them.
    const width = Math.min(most, Math.max(1, Math.floor(naturalWidth * share)));
    const height = Math.min(most, Math.max(1, Math.floor(naturalHeight * share)));
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    if (readsNoise(context)) throw new OptionError(t("picture_unreadable"), null, language());
    // What is transparent is on white, as on paper.
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    let colours = "";
    data.forEach((value, i) => (colours += i % 4 < 3 ? value.toString(16).padStart(2, "0") : ""));
    return { width, height, colours };
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Whether pages read noise from canvases, as in Firefox with `privacy.resistFingerprinting`, Tor Browser and Safari's private windows. */
function readsNoise(context: CanvasRenderingContext2D): boolean {
  const { width, height } = context.canvas;
  // Two colours: some browsers leave a single one as it is.
  context.fillStyle = "black";
  context.fillRect(0, 0, width, height);
  context.fillStyle = "white";
  context.fillRect(0, 0, Math.ceil(width / 2), height);
  const { data } = context.getImageData(0, 0, width, height);
  return data.some((value, i) => value !== (i % 4 === 3 || (i >> 2) % width < Math.ceil(width / 2) ? 255 : 0));
}
