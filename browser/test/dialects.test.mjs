// A dialect that is added is known to all of the chat: what it takes is its facts and its line in the map.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

globalThis.document = { addEventListener() {}, currentScript: { src: "http://127.0.0.1/" } };
globalThis.location = new URL("http://127.0.0.1/");
const { FACTS } = await import("../src/generated/dialects.ts");
const { DIALECTS, labelOf } = await import("../src/chat/dialects/index.ts");
const { Http } = await import("../src/chat/http.ts");
const { answerEvents } = await import("../src/chat/stream.ts");
const { Session } = await import("../src/chat/session.ts");
const { Run } = await import("../src/chat/compare/run.ts");

const SETTINGS = { seed: 3, temperature: 0.5, topP: 0.9, maxTokens: 50, think: false };

/** Speaks `/third/...`: a prompt is answered with its own text. */
class Third {
  kind = "third";

  constructor(http) {
    this.http = http;
    this.url = http.base.href;
  }

  async models() {
    return (await this.http.json("/third/models")).names.map((name) => ({ name }));
  }

  async show() {
    return null;
  }

  async warmUp() {}

  ask(request, signal) {
    const { http } = this;
    const said = async function* (signal) {
      const { said } = await http.json("/third/chat", { prompt: request.messages.at(-1).content }, signal);
      yield { type: "text", text: said };
      yield { type: "end", reason: "stop" };
    };
    return answerEvents(async (signal) => said(signal), signal);
  }
}

let server;
const asked = [];
before(async () => {
  FACTS.third = { label: "Third", probe: "/third/hello", paths: {} };
  DIALECTS.third = async ({ root, key }, signal) => {
    const http = new Http(root, key);
    return (await http.json(FACTS.third.probe, undefined, signal)).third ? new Third(http) : undefined;
  };
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      asked.push(request.url);
      const answers = {
        "/third/hello": { third: true },
        "/third/models": { names: ["one", "two"] },
        "/third/chat": { said: body && JSON.parse(body).prompt },
      };
      const answer = answers[request.url];
      response
        .writeHead(answer ? 200 : 404, { "content-type": "application/json" })
        .end(JSON.stringify(answer ?? { error: "no" }));
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
});
after(() => server.close());

const begin = () => {
  const endpoint = `http://127.0.0.1:${server.address().port}`;
  return new Session({
    endpoint,
    models: [],
    prompts: [],
    system: "",
    history: true,
    settings: SETTINGS,
    marks: "off",
    pyodide: "off",
  });
};

test("every dialect of the facts has its line in the map", () =>
  assert.deepEqual(Object.keys(DIALECTS), Object.keys(FACTS)));

test("a third dialect is detected, after the others, and goes by its own name", async () => {
  asked.length = 0;
  const endpoint = await begin().endpoint();
  assert.deepEqual(asked, ["/api/version", "/v1/models", "/models", "/third/hello"]);
  assert.equal(endpoint.kind, "third");
  assert.equal(labelOf(endpoint), "Third");
});

test("a conversation is held in a third dialect", async () => {
  const session = begin();
  await session.list();
  assert.equal(session.model, "one");
  const answer = await session.send("Draw a pelican.");
  assert.deepEqual([answer.text, answer.reason, answer.endpoint.kind], ["Draw a pelican.", "stop", "third"]);
});

test("a comparison is run in a third dialect", async () => {
  const endpoint = await begin().endpoint();
  const run = new Run(
    { prompts: ["Hi"], models: ["one", "two"], seeds: [1], system: "", settings: SETTINGS },
    endpoint,
  );
  await run.go();
  assert.equal(run.state, "done");
  assert.deepEqual(
    new Set(run.cells.map(({ answer }) => `${answer.endpoint.kind}: ${answer.text}`)),
    new Set(["third: Hi"]),
  );
});

test("where no model was chosen, the list is asked for first", async () => {
  const session = begin();
  asked.length = 0;
  const answer = await session.send("Hi");
  assert.deepEqual([answer.text, answer.request.model, session.model], ["Hi", "one", "one"]);
  assert.deepEqual(asked.slice(-2), ["/third/models", "/third/chat"]);
  assert.equal(session.turns[0].answers[0], answer);
});

test("one question with one seed and two answers is noticed", async () => {
  const session = begin();
  const first = await session.send("Hi");
  first.text = "Ho";
  const again = await session.answer(session.turns[0]);
  assert.deepEqual([first.notes, again.notes], [[], [{ id: "differs" }]]);
  session.settings = { ...SETTINGS, seed: 4 };
  assert.deepEqual((await session.answer(session.turns[0])).notes, []);
});

test("what is in line is stopped, too, and sends nothing", async () => {
  const session = begin();
  await session.list();
  asked.length = 0;
  let go;
  const before = session.alone(() => new Promise((resolve) => (go = resolve)));
  const waiting = [session.send("One"), session.send("Two")];
  assert.ok(session.isAnswering);
  // At once, though what is before them goes on.
  session.begin();
  assert.deepEqual(
    (await Promise.all(waiting)).map(({ reason }) => reason),
    ["stopped", "stopped"],
  );
  assert.ok(!session.isAnswering);
  go();
  await before;
  await session.alone(async () => {});
  assert.deepEqual(asked, []);
});

test("a server that comes late with its list does not tell it as another's", async () => {
  let tell;
  const told = new Promise((resolve) => (tell = resolve));
  const slow = createServer((_, response) => void told.then(() => response.end('{"data":[{"id":"late"}]}')));
  await new Promise((resolve) => slow.listen(0, "127.0.0.1", resolve));
  const session = begin();
  const { address } = session;
  session.setAddress(`http://127.0.0.1:${slow.address().port}`);
  const late = session.list();
  session.setAddress(address);
  await session.list();
  tell();
  await late;
  slow.close();
  assert.deepEqual(
    [session.offered.map(({ name }) => name), session.model, session.kind],
    [["one", "two"], "one", "third"],
  );
});

test("after Stop a server that has not said what it is is asked anew", async () => {
  let isDeaf = true;
  const server = createServer((request, response) => {
    if (isDeaf) return;
    if (request.url === "/v1/models") response.end('{"data":[{"id":"m"}]}');
    else if (request.method === "POST")
      response.end('{"choices":[{"message":{"content":"yes"},"finish_reason":"stop"}]}');
    else response.writeHead(404).end("{}");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const session = begin();
  session.setAddress(`http://127.0.0.1:${server.address().port}`);
  const first = session.send("Hi");
  setTimeout(() => session.stop(), 100);
  assert.equal((await first).reason, "stopped");
  isDeaf = false;
  assert.equal((await session.send("Hi")).text, "yes");
  server.closeAllConnections();
  server.close();
});

test("models are listed that can be asked by name, each once", async () => {
  const data = [{ id: "" }, { id: "m" }, null, { id: "m" }, { id: "x".repeat(5000) }, { id: "n" }];
  const server = createServer((_, response) => response.end(JSON.stringify({ data })));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const session = begin();
  session.setAddress(`http://127.0.0.1:${server.address().port}`);
  await session.list();
  server.close();
  assert.deepEqual([session.offered.map(({ name }) => name), session.model], [["m", "n"], "m"]);
});

test("an answer that no server gave names no dialect", async () => {
  const session = begin();
  session.setAddress("http://127.0.0.1:1");
  const answer = await session.send("Hi");
  assert.deepEqual([answer.reason, answer.endpoint.kind], ["error", "unknown"]);
});
