// Which case a status and a server's words are.
import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { addEventListener() {} };
const { diagnose } = await import("../src/chat/diagnosis.ts");

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
  [
    400,
    "'max_tokens' or 'max_completion_tokens' is too large: 4096. This model's maximum context length is 2048 tokens",
    "limit-too-high",
  ],
  [-1, "", "no-model"],
  [400, "No connected db.", "key-missing"],
  [400, "Model not found", "model-missing"],
  [400, "/chat/completions: Invalid model name passed in model=nobody.", "model-missing"],
  [403, "Your request was flagged by moderation", "refused-by-server"],
  [413, "Request Entity Too Large", "request-too-large"],
  [429, "You exceeded your current quota, please check your plan and billing details.", "quota-used-up"],
  [524, "A timeout occurred", "proxy-alone"],
  [500, "model requires more system memory (12.0 GiB) than is available (7.5 GiB)", "out-of-memory"],
  [400, "temperature must be positive", "other"],
  [502, "Bad Gateway", "proxy-alone"],
  [504, "Gateway Time-out", "proxy-alone"],
  [500, "CUDA error: out of memory", "out-of-memory"],
  [500, "internal error", "other"],
];

const FIRST = (isFirst, hasKey = false) => ({ isFirst, hasKey });

for (const [status, message, id] of CASES) {
  test(`${status} ${message}`, async () =>
    assert.deepEqual(await diagnose("http://localhost:1", { status, message }, FIRST(false)), [id]));
}

test("a key that was given is wrong", async () =>
  assert.deepEqual(await diagnose("https://x.example", { status: 401, message: "" }, FIRST(true, true)), [
    "key-wrong",
  ]));

test("a first prompt is no conversation", async () => {
  const problem = { status: 400, message: "request (723 tokens) exceeds the available context size (640 tokens)" };
  assert.deepEqual(await diagnose("http://localhost:1", problem, FIRST(true)), ["prompt-too-long"]);
});
