// The chat's reader of GGUF headers, on the demo's files and on broken ones; and files handed to every chat.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { GgufError, readFile, readHeader } from "../src/chat/gguf.ts";
import { offer, offers, onOffer } from "../src/widget/models.ts";

const WHOLE = readFileSync("../docs/models/tiny-llama-Q4_K_M.gguf");

/** The file with other bytes at a place. */
function changed(at: number, ...bytes: number[]): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(WHOLE);
  copy.set(bytes, at);
  return copy;
}

test("a header", () => {
  const header = readHeader(WHOLE)!;
  assert.equal(header.metadata["general.architecture"], "llama");
  assert.equal(header.metadata["llama.block_count"], 2);
  assert.match(String(header.metadata["tokenizer.ggml.tokens"]), /^128 strings, checksum [0-9a-f]{8}$/);
  const tensor = header.tensors.find(({ name }) => name === "blk.0.attn_q.weight")!;
  assert.deepEqual(tensor, { name: "blk.0.attn_q.weight", type: "Q4_K", shape: [256, 256] });
  // The last tensor ends where the file does.
  assert.ok(header.size <= WHOLE.length && header.size > WHOLE.length - 32);
});

test("a file's beginning is read as far as it is needed", async () => {
  let read = 0;
  const file = new Blob([WHOLE]);
  const slice = file.slice.bind(file);
  file.slice = (start, end, type) => {
    read = Math.max(read, end ?? file.size);
    return slice(start, end, type);
  };
  assert.deepEqual(await readFile(file), readHeader(WHOLE));
  assert.ok(read < WHOLE.length / 2);
});

test("at every length the header is whole, or more is needed", () => {
  const whole = readHeader(WHOLE);
  let found = 0;
  for (let length = 0; length < 12_000; length++) {
    const header = readHeader(WHOLE.subarray(0, length));
    if (!header) continue;
    found++;
    assert.deepEqual(header, whole);
  }
  assert.ok(found > 0);
});

for (const [what, file, sentence] of [
  ["another file", Buffer.from("<!doctype html>"), /not a GGUF file/],
  ["version 1", changed(4, 1), /version 1; versions 2 and 3/],
  ["the other byte order", changed(4, 0, 0, 0, 3), /big-endian/],
  ["too many tensors", changed(12, 1), /4,294,967,\d+ tensors/],
  ["too many entries", changed(20, 1), /metadata entries/],
  ["an unknown type", changed(24 + 8 + 20, 99), /unknown type 99/],
  ["a string without an end", changed(24 + 8 + 20 + 4 + 6, 1), /does not end/],
  ["a file that is cut off", WHOLE.subarray(0, WHOLE.length - 32), /ends early: it has 442,\d+ bytes/],
  ["a header that is cut off", WHOLE.subarray(0, 900), /ends within its header/],
  ["nothing", new Uint8Array(), /ends within its header/],
] as [string, Uint8Array<ArrayBuffer>, RegExp][]) {
  test(`${what} is refused with a sentence`, async () => {
    await assert.rejects(
      readFile(new Blob([file])),
      (error: Error) => error instanceof GgufError && sentence.test(error.message),
    );
  });
}

test("any damage is a sentence or a header, never another error", async () => {
  for (let at = 0; at < 4000; at += 3) {
    for (const byte of [0, 0x7f, 0xff]) {
      try {
        readHeader(changed(at, byte));
      } catch (error) {
        assert.ok(error instanceof GgufError, `at ${at}: ${String(error)}`);
      }
    }
  }
});

test("an offered file reaches who came before and who comes after", () => {
  (globalThis as { document?: unknown }).document = new EventTarget();
  const heard: string[] = [];
  const stop = onOffer(({ name }) => heard.push(name));
  const file = new Blob([WHOLE]);
  offer({ name: "one", file, note: "made here" });
  offer({ name: "two", file, note: "" });
  offer({ name: "one", file: new Blob(), note: "made again" });
  stop();
  offer({ name: "three", file, note: "" });
  assert.deepEqual(heard, ["one", "two", "one"]);
  assert.deepEqual(
    offers().map(({ name, note }) => [name, note]),
    [
      ["two", ""],
      ["one", "made again"],
      ["three", ""],
    ],
  );
});
