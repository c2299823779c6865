// A key that a server repeats is in nothing that comes from it: at every door, in every dialect, in one piece or in many.
import assert from "node:assert/strict";
import { test } from "node:test";
import { json, serving } from "./serving.mjs";

globalThis.document = { addEventListener() {}, currentScript: { src: "http://127.0.0.1/" } };
globalThis.location = new URL("http://127.0.0.1/");
const { Key } = await import("../src/chat/address.ts");
const { newAnswer, receive } = await import("../src/chat/answer.ts");
const { detect } = await import("../src/chat/dialects/index.ts");
const { asData, asMarkdown } = await import("../src/chat/export.ts");
const { Mask } = await import("../src/chat/mask.ts");
const { Session } = await import("../src/chat/session.ts");

// With what JSON escapes, and a beginning that comes again within it.
const KEY = 'sk-"sk-"\\/0123456789';
const SETTINGS = { seed: 3, temperature: 0.5, topP: 0.9, maxTokens: 50, think: true };

/** Nothing of the key that would be of use. */
function assertMasked(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  for (const part of [KEY, KEY.slice(0, 10), KEY.slice(-10)])
    for (const written of [part, JSON.stringify(part).slice(1, -1)]) assert.ok(!text.includes(written), text);
}

const REPEATS = `the key ${KEY} is wrong`;
const lines = (...records) => records.map((record) => `${JSON.stringify(record)}\n`).join("");
const events = (...records) => records.map((record) => `data: ${JSON.stringify(record)}\n\n`).join("");
const candidate = (token) => ({ token, logprob: -1, top_logprobs: [{ token, logprob: -1 }] });

/** What each dialect's server says: errors in mid-stream, and pieces of an answer. */
const SAID = {
  ollama: {
    errors: {
      "an error": lines({ message: { content: "half" } }, { error: REPEATS }),
      "an error of another shape": lines({ error: { why: REPEATS } }),
    },
    answer: (pieces, field) =>
      lines(...pieces.map((text) => ({ model: KEY, message: { [field]: text }, logprobs: [candidate(text)] })), {
        message: {},
        done: true,
      }),
  },
  openai: {
    errors: {
      "an error": events({ choices: [{ delta: { content: "half" } }] }, { error: { message: REPEATS } }),
      "an error text": events({ error: REPEATS }),
      "vLLM's error": events({ object: "error", message: REPEATS }),
      "an event named error": `event: error\ndata: ${REPEATS}\n\n`,
      "a cut error": `event: error\ndata: ${"x".repeat(285)}${KEY}\n\n`,
    },
    answer: (pieces, field) =>
      events(
        ...pieces.map((text) => ({
          model: KEY,
          choices: [
            {
              delta: { [field === "thinking" ? "reasoning_content" : field]: text },
              logprobs: { content: [candidate(text)] },
            },
          ],
        })),
        { choices: [{ delta: {}, finish_reason: "stop" }] },
      ),
  },
};

/** Runs `use` with a server of a dialect; it answers prompts with `handle`, and all else as it should. */
function speaking(kind, handle, use) {
  return serving((request, response, body) => {
    if (request.url === "/api/version")
      return kind === "ollama" ? json(response, { version: "1" }) : json(response, {}, 404);
    if (request.method === "GET") return json(response, { models: [{ name: "m" }], data: [{ id: "m" }] });
    return handle(response, body);
  }, use);
}

async function answerOf(endpoint) {
  const request = { model: "m", messages: [{ role: "user", content: "Hi" }], settings: SETTINGS, candidates: 1 };
  const answer = newAnswer(request, endpoint);
  for await (const event of endpoint.ask(request, new AbortController().signal)) receive(answer, event);
  return answer;
}

function keyFor(url) {
  const key = new Key();
  key.set(KEY, url);
  return key;
}

for (const [kind, { errors, answer }] of Object.entries(SAID)) {
  for (const [name, stream] of Object.entries(errors)) {
    test(`${name} in mid-stream, ${kind}`, () =>
      speaking(
        kind,
        (response) => response.writeHead(200).end(stream),
        async (url) => {
          const { reason, problem } = await answerOf(await detect(url, keyFor(url)));
          assert.equal(reason, "error");
          assert.match(problem.message, /…/);
          assertMasked(problem);
        },
      ));
  }

  for (const status of [400, 401, 403, 404, 413, 429, 500, 503]) {
    for (const [name, body] of Object.entries({
      JSON: JSON.stringify({ error: { message: REPEATS } }),
      HTML: `<title>${REPEATS}</title>`,
      "a cut text": "x".repeat(285) + KEY,
    })) {
      test(`${status} with ${name}, ${kind}`, () =>
        serving(
          (request, response) => {
            if (request.url === "/api/version" && kind === "ollama") return json(response, { version: "1" });
            response.writeHead(status).end(body);
          },
          async (url) => {
            const key = keyFor(url);
            const said = [];
            try {
              const endpoint = await detect(url, key);
              await endpoint.models().catch((error) => said.push(error.message));
              // A busy server is asked again, for minutes.
              if (status !== 429 && status !== 503)
                await endpoint.warmUp("m").catch((error) => said.push(error.message));
            } catch (error) {
              said.push(error.message);
            }
            assert.ok(said.length);
            assertMasked(said);
          },
        ));
    }
  }

  for (const field of ["content", "thinking"]) {
    test(`the key as ${field}, cut at every place, ${kind}`, async () => {
      const cuts = [
        [KEY],
        [...KEY],
        ...Array.from({ length: KEY.length - 1 }, (_, i) => [KEY.slice(0, i + 1), KEY.slice(i + 1)]),
      ];
      let cut = [];
      await speaking(
        kind,
        (response) => response.writeHead(200).end(answer(["Your s", ...cut, "ends"], field)),
        async (url) => {
          const endpoint = await detect(url, keyFor(url));
          for (cut of cuts) {
            const said = await answerOf(endpoint);
            assert.equal(field === "content" ? said.text : said.thinking, "Your s…ends");
            assert.equal(said.model, "…");
            assertMasked(said);
            assertMasked(said.tokens.map(({ token }) => token).join(""));
            assert.equal(said.tokens.length, cut.length + 2);
          }
        },
      );
    });
  }

  test(`an answer that ends within the key, and one that only looks like it, ${kind}`, async () => {
    let text = "";
    await speaking(
      kind,
      (response) => response.writeHead(200).end(answer([...text], "content")),
      async (url) => {
        const endpoint = await detect(url, keyFor(url));
        text = `x ${KEY.slice(0, -1)}`;
        assert.equal((await answerOf(endpoint)).text, "x …");
        for (text of ["it asks", `sk-sk-${KEY.slice(0, 7)}`, `${KEY.slice(0, -1)}!`, "sk"])
          assert.equal((await answerOf(endpoint)).text, text);
      },
    );
  });

  test(`no file has a key that was said, and no other server hears of it, ${kind}`, async () => {
    const heard = [];
    await speaking(
      kind,
      (response) => response.writeHead(200).end(answer(["It is ", ...KEY, "."], "content")),
      (one) =>
        speaking(
          kind,
          (response, body) => {
            heard.push(body);
            response.writeHead(200).end(answer(["Yes."], "content"));
          },
          async (other) => {
            const session = new Session({
              endpoint: one.href,
              models: [],
              prompts: [],
              system: "",
              history: true,
              settings: SETTINGS,
              marks: "off",
              pyodide: "off",
            });
            session.setKey(KEY);
            await session.list();
            assert.equal((await session.send("What is my key?")).text, "It is ….");
            for (const file of [asData(session), asMarkdown(session)]) assertMasked(file);
            session.setAddress(other.href);
            session.model = "m";
            await session.send("Really?");
            assert.equal(heard.at(-1).messages.length, 3);
            assertMasked(heard);
          },
        ),
    );
  });
}

/** How servers write a text within another one. */
const WRITTEN = {
  "in JSON": (text) => JSON.stringify(text).slice(1, -1),
  "in JSON of PHP": (text) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/"),
  "in JSON of Go": (text) => JSON.stringify(text).slice(1, -1).replaceAll("<", "\\u003c").replaceAll("&", "\\u0026"),
  "in JSON within JSON": (text) => JSON.stringify(JSON.stringify(text).slice(1, -1)).slice(1, -1),
  "in JSON without other than ASCII": (text) => JSON.stringify(text).slice(1, -1).replaceAll("é", "\\u00e9"),
  "in HTML": (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;"),
  "in HTML of Python": (text) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&#34;").replaceAll("'", "&#x27;"),
  "in an address": encodeURIComponent,
};
for (const [name, write] of Object.entries(WRITTEN)) {
  for (const key of [KEY, `sk-'&"\\\\<é+/=01234567`, '"\\"\\"\\"\\"\\']) {
    test(`the key ${key} ${name}, cut at every place`, async () => {
      const said = write(key);
      const cuts = [[said], [...said], ...[...said].map((_, i) => [said.slice(0, i + 1), said.slice(i + 1)])];
      for (const cut of cuts) {
        async function* events() {
          for (const text of ["It is ", ...cut, "ends"]) {
            yield { type: "text", text };
            yield { type: "token", token: text, logprob: 0, candidates: [] };
          }
          yield { type: "done", reason: "stop", figures: { total: 1 } };
        }
        const heard = { text: "", token: "" };
        for await (const event of new Mask(key).events(events())) heard[event.type] += event.text ?? event.token;
        // A key that ends as its escapes begin is masked as soon as it can be.
        assert.match(heard.text, /^It is …\\*ends$/);
        assert.match(heard.token, /^It is …+\\*ends$/);
      }
    });
  }
}

test("what a server lists and tells of a model", () =>
  serving(
    (request, response) => {
      if (request.url === "/api/version") return json(response, { version: "1" });
      if (request.url === "/api/tags")
        return json(response, { models: [{ name: KEY, details: { quantization_level: KEY } }] });
      json(response, {
        model_info: { [KEY]: [REPEATS, { deep: KEY }] },
        tensors: [{ name: KEY, type: KEY, shape: [1] }],
      });
    },
    async (url) => {
      const endpoint = await detect(url, keyFor(url));
      const [listed, card] = [await endpoint.models(), await endpoint.show("m")];
      assertMasked([listed, card]);
      assert.deepEqual(card.metadata, { "…": ["the key … is wrong", { deep: "…" }] });
      assert.equal(listed[0].name, "…");
    },
  ));

test("a word that a server without keys is given is masked nowhere", () => {
  for (const key of ["", "ollama"]) assert.equal(new Mask(key).text("ask ollama"), "ask ollama");
});

test("what is nested deeper than anything is read is left out", () => {
  const deep = JSON.parse(`${"[".repeat(5000)}${"]".repeat(5000)}`);
  assert.ok(JSON.stringify(new Mask(KEY).value(deep)).length < 200);
});

test("tokens that might begin the key for ever are not all kept back", async () => {
  const key = "s".repeat(40);
  const mask = new Mask(`${key}!`);
  let joined = 0;
  const token = {
    type: "token",
    logprob: 0,
    candidates: [],
    get token() {
      joined++;
      return "s";
    },
  };
  const count = 2000;
  async function* tokens() {
    for (let i = 0; i < count; i++) yield token;
    yield { type: "done", reason: "stop", figures: { total: 1 } };
  }
  let shown = 0;
  for await (const event of mask.events(tokens())) if (event.type === "token") shown++;
  assert.equal(shown, count);
  // Work by token does not grow with what came before.
  assert.ok(joined < 200 * count, `${joined} looks at tokens`);
});
