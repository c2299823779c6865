// What the chat makes of servers' streams, over real connections, cut into pieces at every place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Key } from "../src/chat/address.ts";
import { newAnswer, otherModel, receive, speed } from "../src/chat/answer.ts";
import { detect } from "../src/chat/dialects/index.ts";
import { json, serving } from "./serving.mjs";

const SETTINGS = { seed: 3, temperature: 0.5, topP: 0.9, maxTokens: 50, think: false };

const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

/** Sends bytes in pieces of a size. */
async function trickle(response, bytes, size, type) {
  response.writeHead(200, { "content-type": type });
  for (let i = 0; i < bytes.length; i += size) {
    response.write(bytes.subarray(i, i + size));
    if (size < 50) await pause();
  }
}

/** The answer to a stream. `kind` is what the server speaks; `end` ends the response, or cuts it. */
async function heard(kind, stream, { size = 1e6, end = (response) => response.end(), request = {}, type } = {}) {
  const asked = [];
  const handle = async (incoming, response, body) => {
    asked.push({ path: incoming.url, headers: incoming.headers, body });
    if (incoming.url === "/api/version")
      return kind === "ollama" ? json(response, { version: "0.33.0" }) : json(response, { error: "no" }, 404);
    if (incoming.method === "GET") return json(response, { data: [], models: [] });
    if (typeof stream === "function") return stream(response, body, asked);
    await trickle(
      response,
      Buffer.from(stream),
      size,
      type ?? (kind === "ollama" ? "application/x-ndjson" : "text/event-stream"),
    );
    end(response);
  };
  return serving(handle, async (url) => {
    const endpoint = await detect(url, new Key());
    assert.equal(endpoint.kind, kind);
    const answer = newAnswer(
      { model: "m", messages: [{ role: "user", content: "Hi" }], settings: SETTINGS, ...request },
      endpoint,
    );
    const events = [];
    for await (const event of endpoint.ask(answer.request, request.signal ?? new AbortController().signal)) {
      events.push(event);
      receive(answer, event);
    }
    assert.equal(events.filter(({ type }) => type === "done").length, 1);
    assert.equal(events.at(-1).type, "done");
    return { ...answer, events, asked: asked.filter(({ body }) => body) };
  });
}

const sse = (records, separator = "\n\n") =>
  records.map((record) => `data: ${typeof record === "string" ? record : JSON.stringify(record)}${separator}`).join("");
const delta = (content, rest = {}) => ({ model: "m", choices: [{ delta: { content }, finish_reason: null, ...rest }] });
const finish = (reason = "stop") => ({ model: "m", choices: [{ delta: {}, finish_reason: reason }] });
const lines = (records) => records.map((record) => `${JSON.stringify(record)}\n`).join("");
const piece = (content, rest = {}) => ({ model: "m", message: { role: "assistant", content }, done: false, ...rest });
const done = (rest = {}) => ({
  model: "m",
  message: { role: "assistant", content: "" },
  done: true,
  done_reason: "stop",
  ...rest,
});

const TEXT = "Ein Pelikan – 🚲 „fährt“ Rad.\n";

for (const size of [1, 3, 7, 1e6]) {
  for (const [name, separator] of [
    ["LF", "\n\n"],
    ["CRLF", "\r\n\r\n"],
    ["CR", "\r\r"],
  ]) {
    test(`events that end in ${name}, in pieces of ${size}`, async () => {
      const stream = `\uFEFF: ping${separator}event: message${separator[0] === "\r" && separator[1] === "\n" ? "\r\n" : separator[0]}${sse([delta(null), delta(TEXT), delta(""), finish(), { choices: [], usage: { prompt_tokens: 5, completion_tokens: 9 } }, "[DONE]"], separator)}`;
      const answer = await heard("openai", stream, { size });
      assert.equal(answer.text, TEXT);
      assert.equal(answer.reason, "stop");
      assert.deepEqual([answer.figures.promptTokens, answer.figures.tokens], [5, 9]);
    });
  }
  test(`lines of JSON in pieces of ${size}`, async () => {
    const answer = await heard(
      "ollama",
      lines([
        piece(TEXT),
        piece(TEXT),
        done({
          load_duration: 2e9,
          eval_count: 10,
          eval_duration: 5e8,
          prompt_eval_count: 4,
          prompt_eval_duration: 1e6,
        }),
      ]),
      { size },
    );
    assert.equal(answer.text, TEXT + TEXT);
    assert.equal(answer.reason, "stop");
    const { load, prompt, promptTokens, generation, tokens } = answer.figures;
    assert.deepEqual(
      { load, prompt, promptTokens, generation, tokens },
      { load: 2000, prompt: 1, promptTokens: 4, generation: 500, tokens: 10 },
    );
    assert.equal(speed(answer.figures), 20);
    assert.equal(answer.events.filter(({ type }) => type === "model").length, 1);
  });
}

test("the first text counts, not the first byte", async () => {
  const slow = async (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(sse([delta(null), delta("")]));
    await new Promise((resolve) => setTimeout(resolve, 60));
    response.end(sse([delta("x"), finish(), "[DONE]"]));
  };
  const { figures } = await heard("openai", slow);
  assert.ok(figures.firstToken >= 55, String(figures.firstToken));
});

for (const [name, records] of Object.entries({
  "an error object": [delta("half"), { error: { message: "out of memory", type: "server_error" } }],
  "an error text": [delta("half"), { error: "out of memory" }],
  "vLLM's error": [delta("half"), { object: "error", message: "out of memory" }],
})) {
  test(`${name} in mid-stream`, async () => {
    const answer = await heard("openai", sse(records));
    assert.deepEqual([answer.text, answer.reason, answer.problem.message], ["half", "error", "out of memory"]);
  });
}

test("an event named error in mid-stream", async () => {
  const answer = await heard("openai", `${sse([delta("half")])}event: error\ndata: {"message":"out of memory"}\n\n`);
  assert.deepEqual([answer.reason, answer.problem.message], ["error", "out of memory"]);
});

test("an error in the finish reason", async () => {
  assert.equal((await heard("openai", sse([delta("half"), finish("error"), "[DONE]"]))).reason, "error");
});

test("Ollama's error in mid-stream", async () => {
  const answer = await heard("ollama", lines([piece("half"), { error: "runner has stopped" }]));
  assert.deepEqual([answer.text, answer.reason, answer.problem.message], ["half", "error", "runner has stopped"]);
});

for (const kind of ["ollama", "openai"]) {
  const stream = (texts) =>
    kind === "ollama" ? lines(texts.map((text) => piece(text))) : sse(texts.map((text) => delta(text)));
  test(`${kind}: an end without a word on why is a cut`, async () => {
    const answer = await heard(kind, stream(["a", "b", "c"]));
    assert.deepEqual([answer.text, answer.reason], ["abc", "cut"]);
  });
  test(`${kind}: a lost connection is a cut, and the text stays`, async () => {
    const answer = await heard(kind, stream(["a", "b"]), {
      end: (response) => setTimeout(() => response.destroy(), 30),
    });
    assert.deepEqual([answer.text, answer.reason], ["ab", "cut"]);
  });
  test(`${kind}: an end after one token many times is a loop`, async () => {
    assert.equal((await heard(kind, stream(["a", ...Array(31).fill(" the")]))).reason, "looped");
    assert.equal((await heard(kind, stream(["a", ...Array(31).fill("")]))).reason, "looped");
    assert.equal((await heard(kind, stream(["a", ...Array(25).fill(" the")]))).reason, "cut");
  });
  test(`${kind}: stopping`, async () => {
    const stop = new AbortController();
    const answer = await heard(
      kind,
      (response) => {
        response.writeHead(200, { "content-type": kind === "ollama" ? "application/x-ndjson" : "text/event-stream" });
        response.write(stream(["a"]));
        // Node's `fetch` may let go of the signal when memory is collected.
        for (const wait of [10, 20]) setTimeout(gc, wait);
        setTimeout(() => stop.abort(), 30);
      },
      { request: { signal: stop.signal } },
    );
    assert.deepEqual([answer.text, answer.reason], ["a", "stopped"]);
  });
  test(`${kind}: a model that loads, and a full server, are asked again`, async () => {
    let times = 0;
    const answer = await heard(kind, (response) => {
      if (times++ === 0) return json(response, { error: { message: "Loading model", type: "unavailable_error" } }, 503);
      response
        .writeHead(200)
        .end(kind === "ollama" ? lines([piece("x"), done()]) : sse([delta("x"), finish(), "[DONE]"]));
    });
    const { now, ...waiting } = answer.events[0];
    assert.deepEqual([waiting, typeof now], [{ type: "waiting", why: "loading", seconds: 1 }, "function"]);
    assert.deepEqual([answer.text, answer.reason, answer.waiting], ["x", "stop", undefined]);
  });
}

test("Ollama's newer word on a loop", async () => {
  assert.equal(
    (await heard("ollama", lines([piece("x"), { error: "prediction aborted, token repeat limit reached" }]))).reason,
    "looped",
  );
});

test("the token limit", async () => {
  assert.equal((await heard("ollama", lines([piece("x"), done({ done_reason: "length" })]))).reason, "length");
  assert.equal((await heard("openai", sse([delta("x"), finish("length"), "[DONE]"]))).reason, "length");
});

for (const [name, parts] of Object.entries({
  reasoning: [{ reasoning: "hm" }, { content: "yes" }],
  reasoning_content: [{ reasoning_content: "hm" }, { content: "yes" }],
  "tags in the text": [{ content: "<thi" }, { content: "nk>h" }, { content: "m</th" }, { content: "ink>\n\nyes" }],
})) {
  test(`thinking as ${name}`, async () => {
    const answer = await heard(
      "openai",
      sse([...parts.map((part) => ({ choices: [{ delta: part }] })), finish(), "[DONE]"]),
    );
    assert.deepEqual([answer.thinking, answer.text], ["hm", "yes"]);
  });
}

test("thinking as Ollama tells it, and a tag further on is text", async () => {
  const thinking = { model: "m", message: { content: "", thinking: "hm" }, done: false };
  const answer = await heard("ollama", lines([thinking, piece("say "), piece("<think>"), done()]));
  assert.deepEqual([answer.thinking, answer.text], ["hm", "say <think>"]);
});

test("a tag that never ends is thinking, and a text like one's beginning is text", async () => {
  assert.equal((await heard("ollama", lines([piece("<think>so"), done()]))).thinking, "so");
  assert.equal((await heard("ollama", lines([piece("<thi"), done()]))).text, "<thi");
  assert.equal((await heard("openai", sse([delta("<thi"), "[DONE]"]))).text, "<thi");
});

test("a server that cannot stream", async () => {
  const whole = {
    model: "m",
    choices: [{ message: { content: "all" }, finish_reason: "stop" }],
    usage: { completion_tokens: 1 },
  };
  const answer = await heard("openai", JSON.stringify(whole), { type: "application/json" });
  assert.deepEqual([answer.text, answer.reason, answer.figures.tokens], ["all", "stop", 1]);
});

test("llama-server's durations", async () => {
  const usage = {
    choices: [],
    usage: { prompt_tokens: 5, completion_tokens: 8 },
    timings: { prompt_ms: 3, predicted_ms: 400, predicted_n: 8 },
  };
  const { figures } = await heard("openai", sse([delta("x"), finish(), usage, "[DONE]"]));
  assert.equal(speed(figures), 20);
});

test("tokens with their candidates, from both", async () => {
  const logprobs = [
    {
      token: "x",
      logprob: -0.5,
      top_logprobs: [
        { token: "x", logprob: -0.5 },
        { token: "y", logprob: -1.5 },
      ],
    },
  ];
  const expected = [
    {
      token: "x",
      logprob: -0.5,
      candidates: [
        { token: "x", logprob: -0.5 },
        { token: "y", logprob: -1.5 },
      ],
    },
  ];
  const request = { candidates: 2 };
  const native = await heard("ollama", lines([piece("x", { logprobs }), done()]), { request });
  assert.deepEqual(native.tokens, expected);
  assert.equal(native.asked[0].body.top_logprobs, 2);
  const shared = await heard("openai", sse([delta("x", { logprobs: { content: logprobs } }), finish(), "[DONE]"]), {
    request,
  });
  assert.deepEqual(shared.tokens, expected);
});

test("settings are told each in its place", async () => {
  const native = (await heard("ollama", lines([piece("x"), done()]))).asked[0].body;
  assert.deepEqual(native.options, { seed: 3, temperature: 0.5, top_p: 0.9, num_predict: 50 });
  assert.deepEqual([native.think, native.truncate], [false, false]);
  const shared = (await heard("openai", sse([delta("x"), finish(), "[DONE]"]))).asked[0].body;
  assert.deepEqual(
    [shared.seed, shared.temperature, shared.top_p, shared.max_tokens, shared.reasoning_effort],
    [3, 0.5, 0.9, 50, "none"],
  );
});

test("a model that cannot think is asked without thinking", async () => {
  const answer = await heard(
    "ollama",
    (response, body) => {
      if ("think" in body) return json(response, { error: '"m" does not support thinking' }, 400);
      response.end(lines([piece("x"), done()]));
    },
    { request: { settings: { ...SETTINGS, think: true } } },
  );
  assert.deepEqual([answer.text, answer.asked.length], ["x", 2]);
});

/** A server that refuses what `refusal(body)` gives an error for, and answers the rest. */
const strict =
  (refusal, status = 400) =>
  async (response, body) => {
    const error = refusal(body);
    if (error) return json(response, { error: { message: error } }, status);
    response.writeHead(200, { "content-type": "text/event-stream" }).end(sse([delta("x"), finish(), "[DONE]"]));
  };

test("fields that a server refuses by name are left out, and settings among them are told", async () => {
  const refused = ["chat_template_kwargs", "cache_prompt", "reasoning_effort", "temperature"];
  const answer = await heard(
    "openai",
    strict((body) => {
      const found = refused.find((field) => field in body);
      return found && `Unrecognized request argument supplied: ${found}`;
    }),
  );
  assert.deepEqual([answer.text, answer.asked.length, answer.asked.at(-1).body.seed], ["x", 5, 3]);
  assert.deepEqual(answer.unused, ["temperature"]);
});

test("the token limit under its newer name", async () => {
  const answer = await heard(
    "openai",
    strict(
      (body) =>
        "max_tokens" in body &&
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    ),
  );
  assert.deepEqual([answer.text, answer.asked.length], ["x", 2]);
  assert.equal(answer.asked[1].body.max_completion_tokens, 50);
  assert.deepEqual([answer.unused, answer.notes], [[], [{ id: "renamed", name: "max_completion_tokens" }]]);
});

test("where no field is named, the needed ones alone are tried once", async () => {
  const answer = await heard(
    "openai",
    strict((body) => "top_p" in body && "Extra inputs are not permitted", 422),
  );
  assert.deepEqual([answer.text, answer.asked.length], ["x", 2]);
  assert.deepEqual(Object.keys(answer.asked[1].body), ["model", "messages", "stream"]);
  assert.deepEqual(answer.unused, ["temperature", "seed", "topP", "maxTokens"]);
  const never = await heard(
    "openai",
    strict(() => "I do not like it"),
  );
  assert.deepEqual([never.asked.length, never.problem.message], [2, "I do not like it"]);
});

test("a limit above the context is no refused field", async () => {
  const message =
    "'max_tokens' or 'max_completion_tokens' is too large: 50. This model's maximum context length is 20 tokens.";
  const answer = await heard(
    "openai",
    strict(() => message),
  );
  assert.deepEqual([answer.asked.length, answer.problem.message], [1, message]);
});

test("what a server refused is remembered", async () => {
  const bodies = [];
  const handle = (request, response, body) => {
    if (request.method === "GET") return json(response, request.url === "/v1/models" ? { data: [] } : {});
    bodies.push(body);
    if ("seed" in body) return json(response, { error: "unknown field seed" }, 400);
    response.end(sse([delta("x"), finish(), "[DONE]"]));
  };
  await serving(handle, async (url) => {
    const endpoint = await detect(url, new Key());
    for (let i = 0; i < 2; i++) {
      const request = { model: "m", messages: [{ role: "user", content: "Hi" }], settings: SETTINGS };
      const answer = newAnswer(request, endpoint);
      for await (const event of endpoint.ask(request, new AbortController().signal)) receive(answer, event);
      assert.deepEqual([answer.text, answer.unused], ["x", ["seed"]]);
    }
  });
  assert.deepEqual(
    bodies.map((body) => "seed" in body),
    [true, false, false],
  );
});

for (const type of ["application/json", "text/plain", "text/html; charset=utf-8"]) {
  test(`events under the content type ${type}`, async () => {
    const answer = await heard("openai", `\n${sse([delta("a"), delta("b"), finish(), "[DONE]"])}`, { type, size: 3 });
    assert.deepEqual([answer.text, answer.reason], ["ab", "stop"]);
  });
}

test("JSON by lines instead of events", async () => {
  const answer = await heard("openai", lines([delta("a"), delta("b"), finish()]), { type: "application/x-ndjson" });
  assert.deepEqual([answer.text, answer.reason], ["ab", "stop"]);
});

test("an error as bare JSON in a stream of events", async () => {
  const answer = await heard("openai", `${sse([delta("half")])}{"error":{"message":"out of memory"}}\n\n`);
  assert.deepEqual([answer.text, answer.reason, answer.problem.message], ["half", "error", "out of memory"]);
});

test("an error with status 200 in place of an answer", async () => {
  const answer = await heard("openai", '{"error":{"message":"no such adapter","code":"bad_adapter"}}');
  assert.deepEqual([answer.reason, answer.problem.message], ["error", "no such adapter (bad_adapter)"]);
});

test("a refusal is text that is called so", async () => {
  const refusal = (text) => ({ choices: [{ delta: { refusal: text } }] });
  const answer = await heard("openai", sse([refusal("I will "), refusal("not."), finish(), "[DONE]"]));
  assert.deepEqual([answer.text, answer.notes], ["I will not.", [{ id: "refused" }]]);
});

test("a call of a tool", async () => {
  const call = { choices: [{ delta: { tool_calls: [{ index: 0, function: { name: "search", arguments: "{}" } }] } }] };
  const shared = await heard("openai", sse([call, finish("tool_calls"), "[DONE]"]));
  assert.deepEqual([shared.reason, shared.notes], ["stop", [{ id: "tools", names: ["search"] }]]);
  const message = { role: "assistant", content: "", tool_calls: [{ function: { name: "search", arguments: {} } }] };
  const native = await heard("ollama", lines([{ model: "m", message, done: false }, done()]));
  assert.deepEqual(native.notes, [{ id: "tools", names: ["search"] }]);
});

for (const [given, reason] of Object.entries({
  stop: "stop",
  length: "length",
  load: "error",
  unload: "error",
  "": "stop",
}))
  test(`Ollama's done_reason "${given}"`, async () =>
    assert.equal((await heard("ollama", lines([piece("x"), done({ done_reason: given })]))).reason, reason));

for (const [given, reason] of Object.entries({
  max_tokens: "length",
  eos: "stop",
  tool_calls: "stop",
  content_filter: "error",
  insufficient_system_resource: "error",
}))
  test(`finish_reason "${given}"`, async () =>
    assert.equal((await heard("openai", sse([delta("x"), finish(given), "[DONE]"]))).reason, reason));

test("a quota that is used up is not waited for", async () => {
  const message = "You exceeded your current quota, please check your plan and billing details.";
  const answer = await heard("openai", (response) =>
    json(response, { error: { message, code: "insufficient_quota" } }, 429),
  );
  assert.deepEqual([answer.asked.length, answer.problem.status], [1, 429]);
});

test("a wait can be cut short", async () => {
  let times = 0;
  const begun = performance.now();
  const handle = (request, response) => {
    if (request.method === "GET") return json(response, { data: [], models: [] });
    if (times++ < 3) return json(response, { error: "Too Many Requests" }, 429);
    response.end(sse([delta("x"), finish(), "[DONE]"]));
  };
  await serving(handle, async (url) => {
    const endpoint = await detect(url, new Key());
    const request = { model: "m", messages: [{ role: "user", content: "Hi" }], settings: SETTINGS };
    const answer = newAnswer(request, endpoint);
    for await (const event of endpoint.ask(request, new AbortController().signal)) {
      receive(answer, event);
      answer.tryNow?.();
    }
    assert.deepEqual([answer.text, answer.tryNow], ["x", undefined]);
  });
  // Without it: 2, 4 and 8 seconds, give or take a quarter.
  assert.ok(performance.now() - begun < 6000);
});

for (const kind of ["ollama", "openai"])
  for (const [name, part] of Object.entries({
    "no line end": "a",
    "nothing but line ends": "\n",
    "nothing but white space": " ",
    comments: ": a\n\n",
    "lines that are no records": "a\n",
    "records that are broken": "{a\n",
  }))
    test(`a stream of ${name} is given up, ${kind}`, async () => {
      let sent = 0;
      const megabyte = part.repeat((1 << 20) / part.length);
      const answer = await heard(kind, (response) => {
        const pour = () => {
          for (let go = true; go && sent < 300; sent++) go = response.write(megabyte);
          if (sent === 300) response.end();
        };
        response.on("drain", pour);
        pour();
      });
      const said = ["The server sent a record that does not end.", "The server's answer is not a stream of records."];
      assert.equal(answer.reason, "error");
      assert.ok(said.includes(answer.problem.message), answer.problem.message);
      // Buffers of both sides included.
      assert.ok(sent < 100, `${sent} MB`);
    });

test("a server that says when to ask again is not asked before", async () => {
  const later = new Date(Date.now() + 90_500).toUTCString();
  for (const [status, header, seconds] of [
    [503, "7", [7]],
    [429, later, [90, 91]],
    [503, "0", [2]],
    [503, "soon", [2]],
    [429, "3600", []],
  ]) {
    let times = 0;
    const handle = (request, response) => {
      if (request.method === "GET") return json(response, { data: [], models: [] });
      if (times++ === 0) {
        response.setHeader("Retry-After", header);
        return json(response, { error: "busy" }, status);
      }
      response.end(sse([delta("x"), finish(), "[DONE]"]));
    };
    await serving(handle, async (url) => {
      const endpoint = await detect(url, new Key());
      const request = { model: "m", messages: [{ role: "user", content: "Hi" }], settings: SETTINGS };
      const waits = [];
      for await (const event of endpoint.ask(request, new AbortController().signal)) {
        if (event.type === "waiting") waits.push(event.seconds);
        event.now?.();
      }
      assert.equal(waits.length, seconds.length ? 1 : 0, header);
      assert.ok(
        waits.every((each) => seconds.includes(each)),
        `${header}: ${waits}`,
      );
    });
  }
});

test("a length below the limit is a full context, with its size", async () => {
  const ended = done({ done_reason: "length", prompt_eval_count: 24, eval_count: 32 });
  const native = await heard("ollama", lines([piece("x"), ended]));
  assert.deepEqual([native.reason, native.figures.context], ["full", 56]);
  const whole = await heard("ollama", lines([piece("x"), { ...ended, eval_count: 50 }]));
  assert.deepEqual([whole.reason, whole.figures.context], ["length", undefined]);
  const usage = { choices: [], usage: { prompt_tokens: 24, completion_tokens: 32 } };
  assert.equal((await heard("openai", sse([delta("x"), finish("length"), usage, "[DONE]"]))).reason, "full");
});

test("lists of models in every shape", async () => {
  for (const list of [[{ id: "a" }], { data: [{ id: "a" }] }, { models: [{ name: "a" }] }]) {
    await serving(
      (request, response) =>
        json(response, request.url === "/v1/models" ? list : {}, request.url === "/v1/models" ? 200 : 404),
      async (url) => {
        const endpoint = await detect(url, new Key());
        assert.deepEqual(
          (await endpoint.models()).map(({ name }) => name),
          ["a"],
        );
      },
    );
  }
});

test("models that answer no prompts, and files that are no GGUF", async () => {
  const tags = {
    models: [
      { name: "nomic-embed-text:latest", details: { format: "gguf" }, capabilities: ["embedding"] },
      { name: "gemma:mlx", details: { format: "safetensors" }, capabilities: ["completion"] },
    ],
  };
  const answers = { "/api/version": { version: "1" }, "/api/tags": tags };
  await serving(
    (request, response) => json(response, answers[request.url] ?? {}),
    async (url) => {
      const models = await (await detect(url, new Key())).models();
      assert.deepEqual(models, [
        { name: "nomic-embed-text:latest", isChat: false },
        { name: "gemma:mlx", format: "safetensors" },
      ]);
    },
  );
});

test("a server without a list, where a model is named", async () => {
  for (const status of [404, 405]) {
    const handle = (request, response, body) => {
      if (request.method === "GET" || request.url !== "/v1/chat/completions") return json(response, {}, status);
      if (!body.messages.length) return json(response, { error: "messages: too short" }, 400);
      response.end(sse([delta("x"), finish(), "[DONE]"]));
    };
    await serving(handle, async (url) => {
      await assert.rejects(detect(url, new Key()), { status });
      const endpoint = await detect(url, new Key(), ["m"]);
      assert.deepEqual([endpoint.kind, endpoint.url], ["openai", `${url}v1`]);
    });
  }
});

test("an API in a folder of another name", async () => {
  const handle = (request, response) =>
    json(response, { data: [{ id: "m" }] }, request.url === "/v1beta/openai/models" ? 200 : 404);
  await serving(handle, async (url) => {
    for (const path of ["v1beta/openai", "v1beta/openai/", "v1beta/openai/chat/completions"]) {
      const endpoint = await detect(new URL(path, url), new Key());
      assert.equal(endpoint.url, `${url}v1beta/openai`);
    }
  });
});

test("one route that cannot be read among others that can says more than a 404", async () => {
  const handle = (request, response) => {
    if (request.url === "/v1/models") return response.destroy();
    json(response, { detail: "Not Found" }, 404);
  };
  await serving(handle, (url) => assert.rejects(detect(url, new Key()), { status: 0 }));
});

test("errors before the stream keep the server's words and status", async () => {
  const answer = await heard("ollama", (response) => json(response, { error: "model 'm' not found" }, 404));
  assert.deepEqual([answer.reason, answer.problem], ["error", { message: "model 'm' not found", status: 404 }]);
  const page = await heard("ollama", (response) => response.writeHead(502).end("<html><title>502 Bad Gateway</title>"));
  assert.deepEqual(page.problem, { message: "502 Bad Gateway", status: 502 });
});

test("an answer that has ended stays so, whatever becomes of its connection", async () => {
  const lost = (response) => response.socket.resetAndDestroy();
  const shared = await heard("openai", sse([delta("all"), finish()]), { size: 40, end: lost });
  assert.deepEqual([shared.text, shared.reason], ["all", "stop"]);
  const stop = new AbortController();
  const held = heard("openai", sse([delta("all"), finish()]), { end: () => {}, request: { signal: stop.signal } });
  setTimeout(() => stop.abort(), 300);
  assert.equal((await held).reason, "stop");
  const native = await heard("ollama", lines([piece("all"), done()]), { end: () => {} });
  assert.deepEqual([native.text, native.reason], ["all", "stop"]);
});

test("Stop does not wait for the size of a full context", async () => {
  const stop = new AbortController();
  const answers = { "/api/version": { version: "0.33.0" }, "/api/tags": { models: [] } };
  const handle = (request, response) => {
    if (answers[request.url]) return json(response, answers[request.url]);
    if (request.url === "/api/chat")
      return response.end(lines([piece("x"), done({ done_reason: "length", eval_count: 3 })]));
    stop.abort(); // `/api/ps` is never answered
  };
  await serving(handle, async (url) => {
    const endpoint = await detect(url, new Key());
    const events = [];
    const request = { model: "m", messages: [{ role: "user", content: "Hi" }], settings: SETTINGS };
    for await (const event of endpoint.ask(request, stop.signal)) events.push(event);
    assert.deepEqual([events.at(-1).reason, events.at(-1).figures.context], ["full", 3]);
  });
});

test("figures that cannot be are not told", async () => {
  const usage = { choices: [], usage: { prompt_tokens: -4, completion_tokens: 1e300 }, timings: { predicted_ms: -1 } };
  const shared = await heard("openai", sse([delta("x"), finish(), usage, "[DONE]"]));
  const native = await heard(
    "ollama",
    lines([piece("x"), done({ load_duration: 1e18, eval_duration: -5, eval_count: "7", prompt_eval_count: -1 })]),
  );
  for (const { figures } of [shared, native]) assert.deepEqual(Object.keys(figures).sort(), ["firstToken", "total"]);
});

test("names and messages of a server are bounded", async () => {
  const long = "x".repeat(100_000);
  const calls = Array.from({ length: 3000 }, (_, i) => ({ function: { name: `${long}${i}`.slice(-400) } }));
  const call = ({ function: { name } }) =>
    piece("", { message: { content: "", tool_calls: [{ function: { name } }] } });
  const native = await heard("ollama", lines([...calls.map(call), done()]));
  const shared = await heard("openai", sse([{ choices: [{ delta: { tool_calls: calls } }] }, finish("tool_calls")]));
  for (const { notes } of [native, shared]) {
    assert.equal(notes.length, 1);
    assert.ok(JSON.stringify(notes).length < 4000);
  }
  const failed = await heard("openai", sse([{ ...delta("half"), model: long }, { error: { message: long } }]));
  assert.deepEqual([failed.model.length, failed.problem.message.length], [300, 300]);
});

test("a page in place of an answer, as of a proxy that wants one to sign in", async () => {
  for (const kind of ["openai", "ollama"]) {
    const { reason, problem } = await heard(kind, "\n<!doctype html><title>Sign in</title>", { type: "text/html" });
    assert.equal(reason, "error", kind);
    assert.match(problem.message, /not JSON/);
  }
});

test("a probability that is none is a number, as JSON has them", async () => {
  const content = [{ token: "x", logprob: null, top_logprobs: [{ token: "y" }] }];
  const { tokens } = await heard("openai", sse([delta("x", { logprobs: { content } }), finish()]));
  const [token] = tokens;
  assert.deepEqual([token.logprob, token.candidates[0].logprob], [-9999, -9999]);
});

test("a stream without an end is cut", async () => {
  const answer = await heard("ollama", async (response) => {
    const line = lines([piece("x".repeat(100_000))]);
    for (let i = 0; i < 30 && response.writable; i++) response.write(line);
  });
  assert.equal(answer.reason, "cut");
  assert.ok(answer.text.length < 2_200_000);
});

test("redirects are not followed", async () => {
  const elsewhere = [];
  await serving(
    (request, response) => {
      elsewhere.push(request.url);
      json(response, {});
    },
    async (other) => {
      const answer = await heard("ollama", (response) =>
        response.writeHead(307, { location: `${other}api/chat` }).end(),
      );
      assert.equal(answer.reason, "error");
    },
  );
  assert.deepEqual(elsewhere, []);
});

test("a key goes to its own origin only, and not into errors", async () => {
  const seen = [];
  const handle = (request, response) => {
    seen.push(request.headers.authorization);
    if (request.url === "/api/version") return json(response, { version: "1" });
    if (request.method === "GET" && seen.length < 3) return json(response, { models: [] });
    json(response, { error: `no user has the key ${request.headers.authorization}` }, 500);
  };
  await serving(handle, (one) =>
    serving(handle, async (two) => {
      const key = new Key();
      key.set(" secret-1 ", one);
      const endpoint = await detect(one, key);
      await assert.rejects(endpoint.models(), (error) => !String(error).includes("secret-1") && error.status === 500);
      assert.deepEqual(seen.splice(0), ["Bearer secret-1", "Bearer secret-1", "Bearer secret-1"]);
      await detect(two, key);
      assert.deepEqual(seen.splice(0), [undefined, undefined]);
      key.bind(two);
      key.bind(one);
      await detect(one, key);
      assert.deepEqual(seen.splice(0), [undefined, undefined]);
    }),
  );
});

test("addresses with and without the API's own path", async () => {
  const paths = [];
  await serving(
    (request, response) => {
      paths.push(request.url);
      json(
        response,
        request.url.endsWith("/api/version") ? { version: "1" } : { models: [] },
        request.url.startsWith("/here") ? 200 : 404,
      );
    },
    async (url) => {
      for (const path of [
        "here",
        "here/",
        "here/v1",
        "here/api/",
        "here/v1/",
        "here/api/chat",
        "here/v1/chat/completions",
      ]) {
        const endpoint = await detect(new URL(path, url), new Key());
        assert.deepEqual([endpoint.kind, endpoint.url], ["ollama", `${url}here`]);
      }
      await assert.rejects(detect(new URL("there/v1", url), new Key()), { status: 404 });
      assert.ok(paths.includes("/there/v1/models"));
    },
  );
});

for (const kind of ["ollama", "openai"]) {
  test(`an answer without content is a cut one, ${kind}`, async () => {
    const answer = await heard(kind, (response) => response.writeHead(204).end());
    assert.deepEqual([answer.reason, answer.problem], ["cut", undefined]);
  });

  test(`an event without an end is refused in words of the page, ${kind}`, async () => {
    const answer = await heard(kind, `data: {"x": "${"x".repeat(5_000_000)}`, { size: 1_000_000 });
    assert.equal(answer.reason, "error");
    assert.match(answer.problem.message, /end/);
    assert.doesNotMatch(answer.problem.message, /parser/);
  });
}

test("a server that answers with another model", () => {
  const asked = (model) => ({ request: { model }, model: "" });
  assert.equal(otherModel({ ...asked("q4"), model: "q6" }), "q6");
  assert.equal(otherModel({ ...asked("gemma"), model: "gemma:latest" }), undefined);
  assert.equal(otherModel({ ...asked("gemma:latest"), model: "gemma" }), undefined);
  assert.equal(otherModel({ ...asked("gpt-x"), model: "gpt-x-2026-05-01" }), undefined);
  assert.equal(otherModel(asked("q4")), undefined);
});
