/** The files of a custom widget, fetched when a figure first needs them. */
import { t } from "../ui/shared_texts.ts";
import type { CustomAddresses, CustomFiles } from "./messages.ts";

const fetched = new Map<string, Promise<CustomFiles>>();

/**
 * Fetches the files once.
 *
 * @throws Error They are not there, or a package is not the one that was locked; the message is for the reader.
 */
export function customFiles({ file, module, wheels = [] }: CustomAddresses): Promise<CustomFiles> {
  const id = [file, ...wheels.map(({ sha256 }) => sha256)].join(" ");
  let files = fetched.get(id);
  if (!files) {
    const packages = Promise.all(
      wheels.map(async (wheel) => ({ ...wheel, data: await get(wheel.file, wheel.sha256) })),
    );
    files = Promise.all([get(file), packages]).then(([data, found]) => ({
      id,
      file,
      module,
      data: new Uint8Array(data),
      wheels: found,
    }));
    fetched.set(id, files);
    files.catch(() => fetched.delete(id)); // they may be there the next time
  }
  return files;
}

/** @param sha256 What the file must be, in hexadecimal. */
async function get(url: string, sha256?: string): Promise<ArrayBuffer> {
  const integrity = sha256
    ? `sha256-${btoa(String.fromCharCode(...sha256.match(/../g)!.map((byte) => Number.parseInt(byte, 16))))}`
    : "";
  const response = await fetch(url, { integrity }).catch(() => undefined);
  if (response?.ok) return response.arrayBuffer();
  if (response) throw new Error(t("custom_file_answered", { url, status: String(response.status) }));
  throw new Error(t(sha256 ? "custom_wheel_unreachable" : "custom_file_unreachable", { url }));
}
