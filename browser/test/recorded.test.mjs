// What the chat makes of the answers that real servers gave.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Key } from "../src/chat/address.ts";
import { newAnswer, receive } from "../src/chat/answer.ts";
import { detect } from "../src/chat/dialects/index.ts";
import { RECORDED, replay, replaying } from "./recorded.mjs";
import { serving } from "./serving.mjs";

const SETTINGS = { seed: 7, temperature: 0.8, topP: 1, maxTokens: 24, think: false };
const DETECTED = { ollama: ["version", "tags", "ps-one-model"], openai: ["models"] };

/** What a recorded answer becomes. */
function heard(program, name, { candidates, maxTokens = SETTINGS.maxTokens } = {}) {
  const { path } = RECORDED[program].cases[name].request;
  const detected =
    program === "ollama" && path.startsWith("/v1") ? ["openai-models"] : (DETECTED[program] ?? ["models"]);
  return replaying(program, [...detected, name], async (url) => {
    const endpoint = await detect(url, new Key());
    const request = {
      model: "smollm2:135m-q4_1",
      messages: [{ role: "user", content: "Hi" }],
      settings: { ...SETTINGS, maxTokens },
      ...(candidates ? { candidates } : {}),
    };
    const answer = newAnswer(request, endpoint);
    for await (const event of endpoint.ask(request, new AbortController().signal)) receive(answer, event);
    return answer;
  });
}

for (const [name, reason, words] of [
  ["chat-streamed", "stop", /^I'm looking forward to your class visit\.$/],
  ["chat-streamed-again-same-seed", "stop", /./],
  ["chat-unicode", "length", /./],
  ["chat-loop-cut", "looped", /^la la/],
  ["chat-runner-dies-midway", "error", /./],
  ["chat-thinking-model", "length", /./],
  ["openai-chat-streamed", "length", /./],
  ["openai-chat-runner-dies-midway", "cut", /./],
]) {
  test(`Ollama, ${name}`, async () => {
    const answer = await heard("ollama", name);
    assert.equal(answer.reason, reason);
    assert.match(answer.text + answer.thinking, words);
  });
}

test("Ollama's figures are in milliseconds", async () => {
  const { figures } = await heard("ollama", "chat-streamed");
  assert.deepEqual([figures.promptTokens, figures.tokens], [15, 10]);
  assert.ok(figures.load < 1 && figures.generation > 40 && figures.generation < 100);
});

for (const [name, status, message] of [
  ["chat-unknown-model", 404, /not found/],
  ["chat-model-empty", 400, /^model is required$/],
  ["chat-truncate-false-too-long", 400, /exceeds the available context size \(4096 tokens\)/],
  ["chat-native-prompt-too-long", 400, /exceeds the available context size \(640 tokens\)/],
]) {
  test(`Ollama refuses: ${name}`, async () => {
    const { reason, problem } = await heard("ollama", name);
    assert.deepEqual([reason, problem.status], ["error", status]);
    assert.match(problem.message, message);
  });
}

test("Ollama ends an answer by a full context, whose size it tells", async () => {
  const { reason, figures } = await heard("ollama", "chat-shift-false-context-end", { maxTokens: 700 });
  assert.deepEqual([reason, figures.context], ["full", 4096]);
});

test("a model that was just used and is loaded again", async () => {
  const { cases } = RECORDED.ollama;
  const answers = ["shift-1-load-only", "shift-2-question-with-shift-false", "shift-3-the-same-again"];
  const handle = (request, response) => {
    const get = { "/api/version": "version", "/api/tags": "tags", "/api/ps": "ps-one-model" }[request.url];
    replay(response, cases[get ?? answers.shift()].response);
  };
  await serving(handle, async (url) => {
    const endpoint = await detect(url, new Key());
    await endpoint.warmUp("smollm2:135m-q4_1");
    const request = { model: "smollm2:135m-q4_1", messages: [{ role: "user", content: "Hi" }], settings: SETTINGS };
    for (const expected of [["reloaded"], []]) {
      const answer = newAnswer(request, endpoint);
      for await (const event of endpoint.ask(request, new AbortController().signal)) receive(answer, event);
      assert.deepEqual(
        answer.notes.map(({ id }) => id),
        expected,
      );
    }
  });
});

test("Ollama's candidates", async () => {
  const answer = await heard("ollama", "chat-logprobs", { candidates: 3 });
  assert.equal(answer.tokens.map(({ token }) => token).join(""), answer.text);
  for (const { token, candidates } of answer.tokens) assert.equal(candidates[0].token, token);
});

for (const name of ["chat-streamed", "chat-streamed-usage", "chat-streamed-openai-upstream"]) {
  test(`LiteLLM, ${name}`, async () => {
    const answer = await heard("litellm", name, { maxTokens: 6 });
    assert.equal(answer.reason, "length");
    assert.ok(answer.text.length > 5);
  });
}

test("Open WebUI: Ollama's own API behind it is used where it is open", async () => {
  const cases = ["api-version", "api-tags", "api-config", "ollama-api-version", "ollama-api-tags", "ollama-api-chat"];
  await replaying("openwebui", cases, async (url) => {
    for (const path of ["", "api", "api/chat/completions", "ollama"]) {
      const endpoint = await detect(new URL(path, url), new Key());
      assert.deepEqual([endpoint.kind, endpoint.url], ["ollama", `${url}ollama`]);
    }
  });
});

test("Open WebUI: its own API, with the settings where Ollama reads them", async () => {
  const cases = [
    "api-version",
    "api-tags",
    "api-config",
    "ollama-api-tags-no-key",
    "api-models",
    "chat-streamed-usage",
  ];
  await replaying("openwebui", cases, async (url, asked) => {
    const key = new Key();
    key.set("a-key-of-a-reader", url);
    const endpoint = await detect(url, key);
    assert.deepEqual([endpoint.kind, endpoint.url], ["openwebui", `${url}api`]);
    const models = await endpoint.models();
    assert.ok(models.some(({ name, quantization }) => name === "smol:Q8_0" && quantization === "Q8_0"));
    const request = { model: "smol:Q8_0", messages: [{ role: "user", content: "Hi" }], settings: SETTINGS };
    const answer = newAnswer(request, endpoint);
    for await (const event of endpoint.ask(request, new AbortController().signal)) receive(answer, event);
    assert.equal(answer.reason, "full");
    const { options, seed } = asked.at(-1).body;
    assert.deepEqual([seed, options], [7, { seed: 7, temperature: 0.8, top_p: 1, num_predict: 24 }]);
  });
});

test("Open WebUI without a key: a key is wanted", () =>
  replaying(
    "openwebui",
    ["api-version", "api-tags", "api-config", "api-models-no-key", "ollama-api-tags-no-key"],
    (url) => assert.rejects(detect(url, new Key()), { status: 401 }),
  ));

test("LiteLLM with a wrong key says so in its own way", () =>
  replaying("litellm", ["api-version", "models-wrong-key"], (url) =>
    assert.rejects(detect(url, new Key()), { status: 400, message: /No connected db/ }),
  ));
