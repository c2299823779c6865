/**
 * Reads the headers of GGUF files for Python, which says which bytes it needs: out of files that the reader gave, or from a
 * server, by ranges. Runs in the worker. Nothing is sent anywhere but the requests for an address that the reader typed in.
 */
import type { CallError, Calls, WantedBytes } from "../generated/protocol.ts";
import type { FromWorker, Outcome, PythonCall, Read } from "./messages.ts";
import { isMixedContent } from "../ui/network.ts";
import { volume } from "../ui/volume.ts";
import { t } from "./worker_texts.ts";

/** A file whose bytes can be had piece by piece. */
interface Source {
  name: string;
  size: number;
  slice(start: number, stop: number): Promise<Uint8Array>;
}

/** A server could not be read; the message is for the reader. */
class Unreadable extends Error {}

/** The first request asks for so much: most of what a header needs, where the vocabulary is not large. */
const FIRST = 65536;

function local(file: File): Source {
  return {
    name: file.name,
    size: file.size,
    slice: async (start, stop) => new Uint8Array(await file.slice(start, stop).arrayBuffer()),
  };
}

/** Asks a server for a range of bytes. */
async function range(url: URL, start: number, stop: number): Promise<Response> {
  let response: Response;
  try {
    // No cookies: the address may be anyone's.
    response = await fetch(url, { headers: { Range: `bytes=${start}-${stop - 1}` }, credentials: "omit" });
  } catch {
    throw new Unreadable(t("no_readable_answer", { host: url.host, origin: self.location.origin }));
  }
  if (response.status === 206) return response;
  await response.body?.cancel();
  if (response.status === 200) {
    throw new Unreadable(t("no_ranges", { host: url.host }));
  }
  throw new Unreadable(
    t("host_answered", { host: url.host, status: `${response.status} ${response.statusText}`.trim() }),
  );
}

async function remote(address: string): Promise<Source> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) throw new Unreadable(t("scheme", { found: address.slice(0, 80) }));
  if (isMixedContent(url)) {
    throw new Unreadable(t("https_only", { host: url.host }));
  }
  const first = await range(url, 0, FIRST);
  const size = /\/(\d+)$/.exec(first.headers.get("content-range") ?? "")?.[1] ?? (await length(url));
  const start = new Uint8Array(await first.arrayBuffer());
  return {
    name: decoded(url.pathname.split("/").at(-1)!) || url.host,
    size: Number(size),
    slice: async (from, to) =>
      to <= start.length ? start.subarray(from, to) : new Uint8Array(await (await range(url, from, to)).arrayBuffer()),
  };
}

/** A part of an address as people read it; unlike decodeURIComponent it takes what is not well formed. */
function decoded(part: string): string {
  return new URLSearchParams(`part=${part.replaceAll("+", "%2B").replaceAll("&", "%26")}`).get("part")!;
}

/** A file's size, where the server does not let pages see it in an answer to a range. */
async function length(url: URL): Promise<string> {
  const answer = await fetch(url, { method: "HEAD", credentials: "omit" }).catch(() => undefined);
  const size = answer?.ok && answer.headers.get("content-length");
  if (!size) {
    throw new Unreadable(t("size_hidden", { host: url.host }));
  }
  return size;
}

/** Reads all headers, and sends the outcome of the last call: the models that they describe, or what is wrong with the files. */
export async function readHeaders(
  python: PythonCall,
  { id, files }: Read,
  send: (message: FromWorker) => void,
): Promise<void> {
  let wanted: WantedBytes | undefined;
  let outcome = "";
  /** Notes what a call gives. */
  const step = <M extends "read_headers" | "continue_reading">(
    method: M,
    params: Calls[M]["params"],
    data?: Uint8Array,
  ): void => {
    [outcome] = python(method, JSON.stringify(params), data);
    const { answer }: Outcome<M> = JSON.parse(outcome);
    wanted = answer && "reading" in answer ? answer : undefined;
  };
  try {
    const sources: Source[] = [];
    for (const file of files) sources.push(typeof file === "string" ? await remote(file) : local(file));
    step("read_headers", { files: sources.map(({ name, size }) => ({ name, size })) });
    let told = 0;
    while (wanted) {
      const { reading, file, start, stop } = wanted;
      const source = sources[file]!;
      if (Date.now() - told > 200) {
        told = Date.now();
        send({ type: "reading", id, state: t("reading_header", { name: source.name, size: volume(start) }) });
      }
      step("continue_reading", { reading }, await source.slice(start, stop));
    }
    send({ type: "outcome", id, outcome });
  } catch (error) {
    if (wanted) python("end_reading", JSON.stringify({ reading: wanted.reading }));
    const isFile = error instanceof DOMException; // a file that was moved or changed since it was given
    if (!isFile && !(error instanceof Unreadable)) throw error;
    const message = isFile ? t("file_unreadable", { reason: error.message }) : error.message;
    const refused: CallError = { message, option: null, line: null };
    send({ type: "outcome", id, outcome: JSON.stringify({ error: refused }) });
  }
}
