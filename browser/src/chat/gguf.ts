/**
 * The header of a GGUF file, as far as the chat shows it and a model in the page needs it.
 *
 * The engine's reader (`engine/gguf/reader.py`) knows more, and needs Python, which the chat does not start. Source of the
 * format: ggml's `docs/gguf.md`.
 */
import { GGML_TYPES } from "../generated/ggml_types.ts";
import { ofModel as t } from "./texts.ts";

/** Headers are read this far, in bytes. */
const LONGEST = 64 << 20;
const MOST_ENTRIES = 100_000;
/** Arrays of up to this many elements are shown, longer ones summed up. */
const SHOWN = 16;

/** Bytes of the metadata's types by number; 8 is a string, 9 an array. */
const WIDTHS: readonly (number | undefined)[] = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8];
const TEXT = 8;
const ARRAY = 9;

export interface Header {
  /** Numbers, texts, truth values; short arrays; of long ones a text with length and checksum. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tensors: readonly { readonly name: string; readonly type: string; readonly shape: readonly number[] }[];
  /** Bytes that the file must have at least. */
  readonly size: number;
}

/** A file that is no GGUF, or a broken one; the message is a sentence for the reader. */
export class GgufError extends Error {}

/** More bytes are needed. */
class Short extends Error {}

/**
 * Reads the header out of a file's beginning.
 *
 * @returns The header, or null where it goes on beyond these bytes.
 * @throws GgufError
 */
export function readHeader(bytes: Uint8Array): Header | null {
  try {
    return new Reader(bytes).header();
  } catch (error) {
    if (!(error instanceof Short)) throw error;
    if (bytes.length >= LONGEST) throw new GgufError(t("header_too_long", { size: LONGEST >> 20 }));
    return null;
  }
}

/** Reads the header of a file, and sees to it that the file is whole. @throws GgufError */
export async function readFile(file: Blob): Promise<Header> {
  for (let length = 1 << 16; ; length *= 4) {
    const header = readHeader(new Uint8Array(await file.slice(0, length).arrayBuffer()));
    if (header) {
      if (header.size > file.size) throw new GgufError(t("ends_early", { bytes: file.size, needed: header.size }));
      return header;
    }
    if (length >= file.size) throw new GgufError(t("download_cut"));
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #decoder = new TextDecoder();
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  header(): Header {
    // Whatever it is, a GGUF file is not this short.
    const at = this.#skip(4);
    if (this.#decoder.decode(this.#bytes.subarray(at, at + 4)) !== "GGUF") throw new GgufError(t("not_gguf"));
    const version = this.#number(4);
    if (version !== 2 && version !== 3)
      throw new GgufError(version > 0xffff ? t("big_endian") : t("other_version", { version: String(version) }));
    const tensors = this.#count("too_many_tensors");
    const entries = this.#count("too_many_entries");
    const metadata: Record<string, unknown> = Object.create(null);
    for (let i = 0; i < entries; i++) {
      const key = this.#text();
      metadata[key] = this.#value(this.#number(4));
    }
    const read = Array.from({ length: tensors }, () => this.#tensor());
    const alignment = Math.max(1, Number(metadata["general.alignment"] ?? 32) || 32);
    const start = Math.ceil(this.#at / alignment) * alignment;
    return {
      metadata: { ...metadata },
      tensors: read.map(({ name, type, shape }) => ({ name, type, shape })),
      // Not by spreading: WebKit takes 65,536 arguments.
      size: read.reduce((size, { end }) => Math.max(size, start + end), start),
    };
  }

  #tensor(): Header["tensors"][number] & { end: number } {
    const name = this.#text();
    const dimensions = this.#number(4);
    if (dimensions > 4) throw new GgufError(t("too_many_dimensions", { name: name.slice(0, 60), number: dimensions }));
    const shape = Array.from({ length: dimensions }, () => this.#number(8));
    const number = this.#number(4);
    const offset = this.#number(8);
    const [type, block, bytes] = GGML_TYPES[number] ?? [`type ${number}`, 1, 0];
    const elements = shape.reduce((product, length) => product * length, 1);
    return { name, type, shape, end: offset + (elements / block) * bytes };
  }

  #value(type: number): unknown {
    if (type === TEXT) return this.#text();
    if (type === ARRAY) return this.#array();
    const width = WIDTHS[type];
    if (!width) throw new GgufError(t("unknown_type", { type: String(type) }));
    return this.#plain(type, this.#skip(width));
  }

  #plain(type: number, at: number): unknown {
    switch (type) {
      case 0:
        return this.#view.getUint8(at);
      case 1:
        return this.#view.getInt8(at);
      case 2:
        return this.#view.getUint16(at, true);
      case 3:
        return this.#view.getInt16(at, true);
      case 4:
        return this.#view.getUint32(at, true);
      case 5:
        return this.#view.getInt32(at, true);
      case 6:
        return this.#view.getFloat32(at, true);
      case 7:
        return this.#view.getUint8(at) !== 0;
      case 10:
        return Number(this.#view.getBigUint64(at, true));
      case 11:
        return Number(this.#view.getBigInt64(at, true));
      default:
        return this.#view.getFloat64(at, true);
    }
  }

  #array(): unknown {
    const type = this.#number(4);
    const length = this.#number(8);
    if (type === ARRAY) throw new GgufError(t("nested_arrays"));
    if (length <= SHOWN) return Array.from({ length }, () => this.#value(type));
    const from = this.#at;
    const width = WIDTHS[type];
    if (width) this.#skip(length * width);
    else if (type === TEXT) for (let i = 0; i < length; i++) this.#skip(this.#number(8));
    else throw new GgufError(t("unknown_array_type", { type: String(type) }));
    const facts = { length, checksum: checksum(this.#bytes.subarray(from, this.#at)) };
    return t(type === TEXT ? "array_of_texts" : "array_of_numbers", facts);
  }

  #text(): string {
    const length = this.#number(8);
    const at = this.#skip(length);
    return this.#decoder.decode(this.#bytes.subarray(at, at + length));
  }

  #count(tooMany: "too_many_tensors" | "too_many_entries"): number {
    const number = this.#number(8);
    if (number > MOST_ENTRIES) throw new GgufError(t(tooMany, { number }));
    return number;
  }

  /** A whole number of 4 or 8 bytes. */
  #number(width: 4 | 8): number {
    const at = this.#skip(width);
    return width === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true));
  }

  /** Steps over bytes, and gives where they are. */
  #skip(length: number): number {
    const at = this.#at;
    if (at + length > LONGEST) throw new GgufError(t("endless_header"));
    if (at + length > this.#bytes.length) throw new Short();
    this.#at = at + length;
    return at;
  }
}

/** FNV-1a: tells two arrays apart, and nobody has a reason to forge one. */
function checksum(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
