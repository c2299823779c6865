// Which case a status and a server's words are.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { addEventListener() {} };
const { diagnose } = await import("../src/chat/doctor.ts");

const CASES = [
  [401, "Invalid API Key", "key-missing"],
  [403, "forbidden", "key-missing"],
  [404, "model 'x' not found", "model-missing"],
  [404, "404 page not found", "wrong-address"],
  [404, "There is no model server at this address.", "wrong-address"],
  [405, "", "wrong-address"],
  [503, "Loading model", "model-loading"],
  [503, "server busy, please try again.  maximum pending requests exceeded", "queue-full"],
  [429, "Too Many Requests", "queue-full"],
  [400, "the request exceeds the available context size, try increasing it", "context-overflow"],
  [400, "This model's maximum context length is 4096 tokens", "context-overflow"],
  [400, "temperature must be positive", "other"],
  [502, "Bad Gateway", "proxy-alone"],
  [504, "Gateway Time-out", "proxy-alone"],
  [500, "out of memory", "other"],
];

for (const [status, message, id] of CASES) {
  test(`${status} ${message}`, async () =>
    assert.deepEqual(await diagnose("http://localhost:1", { status, message }, false), [id]));
}

test("a key that was given is wrong", async () =>
  assert.deepEqual(await diagnose("https://x.example", { status: 401, message: "" }, true), ["key-wrong"]));
