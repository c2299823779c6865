import assert from "node:assert/strict";
import test from "node:test";
import { cellsOf, Run, type Plan } from "../src/chat/compare/run.ts";
import { EndpointError, type ChatEvent, type ChatRequest, type Endpoint, type Reason } from "../src/chat/wire.ts";

const PLAN: Plan = {
  prompts: ["one", "two"],
  system: "",
  models: ["q4", "q6"],
  seeds: [1, 2],
  settings: { temperature: 1, topP: 1, maxTokens: 10, think: false },
};

/** A server that keeps a diary, and does to each question what it is told to. */
class Diary implements Endpoint {
  readonly kind = "openai";
  readonly url = "http://127.0.0.1";
  readonly entries: string[] = [];
  act: (request: ChatRequest, time: number) => Reason | Promise<Reason> = () => "stop";
  warm: (model: string) => void = () => {};
  #time = 0;

  async models() {
    return [];
  }

  async show() {
    return null;
  }

  async warmUp(model: string) {
    this.entries.push(`warm ${model}`);
    this.warm(model);
  }

  async *ask(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ChatEvent> {
    const { model, messages, settings } = request;
    this.entries.push(`${model} ${messages.at(-1)!.content} ${settings.seed}`);
    const reason = await this.act(request, ++this.#time);
    yield { type: "text", text: `${settings.seed}` };
    const figures = { total: 100 };
    if (signal.aborted) yield { type: "done", reason: "stopped", figures };
    else if (reason === "error")
      yield { type: "done", reason, figures, problem: { message: "out of memory", status: 500 } };
    else yield { type: "done", reason, figures };
  }
}

const ALL = [
  ["warm q4", "q4 one 1", "q4 one 2", "q4 two 1", "q4 two 2", "q4 one 1"],
  ["warm q6", "q6 one 1", "q6 one 2", "q6 two 1", "q6 two 2", "q6 one 1"],
].flat();

test("each model is loaded once, and its first question is put again at its end", async () => {
  const diary = new Diary();
  const run = new Run(PLAN, diary);
  await run.go();
  assert.deepEqual(diary.entries, ALL);
  assert.equal(run.state, "done");
  assert.deepEqual(run.progress, { done: 10, all: 10 });
  assert.equal(cellsOf(PLAN).filter(({ isControl }) => isControl).length, 2);
});

test("an answer that hit the limit or looped is an answer", async () => {
  const diary = new Diary();
  diary.act = (_, time) => (time % 2 ? "length" : "looped");
  const run = new Run(PLAN, diary);
  await run.go();
  assert.equal(run.state, "done");
});

for (const reason of ["error", "cut"] as const) {
  test(`after "${reason}" the run goes on where it was, and asks for that answer again`, async () => {
    const diary = new Diary();
    diary.act = (_, time) => (time === 3 ? reason : "stop");
    const run = new Run(PLAN, diary);
    await run.go();
    assert.equal(run.state, "failed");
    assert.match(run.problem!.message, reason === "error" ? /out of memory/ : /lost/);
    assert.deepEqual(run.progress, { done: 2, all: 10 });
    const first = run.cells[0]!.answer;
    await run.go();
    assert.equal(run.state, "done");
    assert.equal(run.problem, undefined);
    assert.equal(run.cells[0]!.answer, first);
    // The server may have lost the model meanwhile.
    assert.deepEqual(diary.entries, [...ALL.slice(0, 4), "warm q4", ...ALL.slice(3)]);
  });
}

test("a failed answer can be left out", async () => {
  const diary = new Diary();
  diary.act = ({ messages }) => (messages[0]!.content === "two" ? "error" : "stop");
  const run = new Run({ ...PLAN, models: ["q4"] }, diary);
  await run.go();
  await run.leaveOut();
  assert.equal(run.state, "failed");
  await run.leaveOut();
  assert.equal(run.state, "done");
  assert.deepEqual(run.progress, { done: 3, all: 3 });
});

test("a model that cannot be loaded stops the run", async () => {
  const diary = new Diary();
  diary.warm = (model) => {
    if (model === "q6") throw new EndpointError("model 'q6' not found", 404);
  };
  const run = new Run(PLAN, diary);
  await run.go();
  assert.equal(run.state, "failed");
  assert.ok(run.problem instanceof EndpointError);
  assert.deepEqual([run.problem.status, run.problem.message], [404, "model 'q6' not found"]);
  assert.equal(run.progress.done, 5);
  diary.warm = () => {};
  await run.go();
  assert.equal(run.state, "done");
});

test("a model that cannot be loaded is left out as a whole", async () => {
  const diary = new Diary();
  diary.warm = (model) => {
    if (model === "q4") throw new EndpointError("model 'q4' not found", 404);
  };
  const run = new Run(PLAN, diary);
  await run.go();
  assert.ok(run.lacksModel);
  await run.leaveOut();
  assert.equal(run.state, "done");
  assert.deepEqual(run.progress, { done: 5, all: 5 });
});

test("a stop while a model is loaded is a stop", async () => {
  const diary = new Diary();
  const run = new Run(PLAN, diary);
  diary.warm = () => {
    run.stop();
    throw new DOMException("aborted", "AbortError");
  };
  await run.go();
  assert.equal(run.state, "stopped");
  assert.equal(run.problem, undefined);
});

// A pause lets the answer be finished; a stop ends it, and it is asked for again.
for (const [act, state, done] of [
  ["pause", "paused", 2],
  ["stop", "stopped", 1],
] as const) {
  test(`after a ${act} the run goes on where it was`, async () => {
    const diary = new Diary();
    const run = new Run(PLAN, diary);
    diary.act = (_, time) => {
      if (time === 2) run[act]();
      return "stop";
    };
    await run.go();
    assert.equal(run.state, state);
    assert.equal(run.progress.done, done);
    await run.go();
    assert.equal(run.state, "done");
    assert.deepEqual(diary.entries, [...ALL.slice(0, 3), "warm q4", ...ALL.slice(done + 1)]);
  });
}

test("a pause can be taken back before the answer is finished", async () => {
  const diary = new Diary();
  const run = new Run(PLAN, diary);
  diary.act = (_, time) => {
    if (time === 2) {
      run.pause();
      void run.go();
    }
    return "stop";
  };
  await run.go();
  assert.equal(run.state, "done");
  assert.deepEqual(diary.entries, ALL);
});

test("the time left goes by the answers so far", async () => {
  const diary = new Diary();
  const run = new Run(PLAN, diary);
  assert.equal(run.timeLeft, undefined);
  diary.act = (_, time) => {
    if (time === 4) run.pause();
    return "stop";
  };
  await run.go();
  // Six answers of 100 ms, and one more warm-up that takes next to nothing.
  assert.ok(run.timeLeft! >= 600 && run.timeLeft! < 700, `${run.timeLeft}`);
  await run.go();
  assert.equal(run.timeLeft, 0);
});

test("what the author says to the model first is said each time", async () => {
  const diary = new Diary();
  const systems: string[] = [];
  diary.act = ({ messages }) => {
    systems.push(messages.map(({ role }) => role).join(" "));
    return "stop";
  };
  await new Run({ ...PLAN, system: "Be brief.", models: ["q4"], prompts: ["one"], seeds: [1] }, diary).go();
  assert.deepEqual(systems, ["system user", "system user"]);
});
