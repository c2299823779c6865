// What the chat makes of the answers that real servers gave.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Key } from "../src/chat/address.ts";
import { newAnswer, receive } from "../src/chat/answer.ts";
import { detect } from "../src/chat/dialects/index.ts";
import { RECORDED, replaying } from "./recorded.mjs";

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
