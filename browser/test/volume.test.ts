// Bytes are written as the Python package writes them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { volume } from "../src/ui/volume.ts";

for (const [size, written] of JSON.parse(readFileSync("../tests/volumes.json", "utf8")) as [number, string][]) {
  test(written, () => assert.equal(volume(size), written));
}
