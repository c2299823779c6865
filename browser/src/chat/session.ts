/**
 * A conversation, and what it is held with.
 *
 * It outlives its element, which instant navigation replaces, and so does an answer that is on its way. It ends with the
 * page: nothing is stored.
 */
import type { ChatConfig, ModelChoice } from "../generated/attributes.ts";
import { BASE } from "../ui/base.ts";
import { offers, onOffer } from "../widget/models.ts";
import { Key, readAddress } from "./address.ts";
import { newAnswer, receive, type Answer } from "./answer.ts";
import { addAnswer, Conversation, type Fork, type Turn } from "./conversation.ts";
import { InPage, type PageModel } from "./dialects/browser.ts";
import { detect } from "./dialects/index.ts";
import { engine } from "./engine.ts";
import { Marker } from "./marks.ts";
import { Judge } from "./verdicts.ts";
import { Keeper } from "./keeper.ts";
import { t } from "./texts.ts";
import { EndpointError, NO_MODEL, type Endpoint, type Message, type Model, type Settings } from "./wire.ts";
import { volume } from "../ui/volume.ts";

/** More models of a server than these are not listed one by one: a reader types their names. */
export const MOST_MODELS = 500;

/** No model's name is longer, in characters. */
const LONGEST_NAME = 300;

/** How many candidates are asked for each token, where the reader wants to see them. */
const CANDIDATES = 5;

/**
 * Tells by events: `turns`, other turns or answers; `answer`, an answer grew; `progress`, a model in
 * the page is being fetched; `state`, anything else changed.
 */
export class Session extends EventTarget {
  readonly config: ChatConfig;
  readonly key = new Key();
  readonly memory = new Map<string, unknown>();
  readonly marker: Marker;
  readonly judge: Judge;
  readonly keeper = new Keeper();
  conversation = new Conversation();
  settings: Settings;
  /** What every prompt is sent with; empty for nothing. The author's, until the reader changes it. */
  system: string;
  /** Servers are asked for the likeliest candidates of each token. */
  asksForCandidates = false;
  /** Earlier prompts and answers are sent along. */
  sendsHistory: boolean;
  model: string;
  /** What is typed and not sent. */
  draft = "";
  address: string;
  /** What the server lists, once it was asked. */
  offered: readonly Model[] = [];
  /** Something has the server to itself. */
  isBusy = false;
  /** The model runs in the page. */
  isInPage: boolean;
  /** What the server speaks, once that is known. */
  kind: Endpoint["kind"] | undefined;

  #endpoint: Promise<Endpoint> | undefined;
  #line: Promise<unknown> = Promise.resolve();
  /** What stops each answer that was asked for and has not ended, be it under way or in line. */
  readonly #asked = new Set<AbortController>();

  constructor(config: ChatConfig) {
    super();
    this.config = config;
    this.marker = new Marker(config.marks, config.pyodide);
    this.judge = new Judge(config);
    this.settings = config.settings;
    this.system = config.system;
    this.sendsHistory = config.history;
    this.address = config.endpoint;
    this.isInPage = config.inPage !== undefined;
    this.model = this.models()[0]?.model ?? "";
    if (!config.inPage) return;
    onOffer(({ name }) => {
      if (this.isInPage) this.model ||= name;
      this.#tell("state");
    });
    engine.addEventListener("progress", () => this.#tell("progress"));
  }

  /** The models that can run in the page: the author's, then what the page or the reader made or chose. */
  pageModels(): PageModel[] {
    const preset = (this.config.inPage ?? []).map(({ model, label, note, file, size, sha256 }) => ({
      name: model,
      label,
      note: note ?? "",
      source: { url: BASE + file, size, sha256 },
    }));
    const offered = offers().map(({ name, note, file }) => ({ name, label: name, note, source: file }));
    return [...preset.filter(({ name }) => !offered.some((other) => other.name === name)), ...offered];
  }

  /** Bytes that answers of these models would have to fetch first, llama.cpp included; 0 for models of a server. */
  toFetch(models: readonly string[]): number {
    if (!this.isInPage) return 0;
    return engine.toFetch(
      this.pageModels()
        .filter(({ name }) => models.includes(name))
        .map(({ source }) => source),
    );
  }

  /** The models to choose from: the author's, then others that the server lists, the first of them and the one that is set. */
  models(): ModelChoice[] {
    if (this.isInPage)
      return this.pageModels().map(({ name, label, note, source }) => ({
        model: name,
        label,
        note: [note, volume(source.size)].filter(Boolean).join(", "),
      }));
    const preset = this.config.models;
    const known = new Set(preset.map(({ model }) => model));
    const others = this.offered.filter(({ name }) => !known.has(name));
    const set = others.slice(MOST_MODELS).find(({ name }) => name === this.model);
    others.splice(MOST_MODELS, Infinity, ...(set ? [set] : []));
    return [
      ...preset,
      ...others.map(({ name, quantization, format, isChat }) => {
        const note = [quantization, format && t("no_gguf", { format }), isChat === false && t("no_chat_model")].filter(
          Boolean,
        );
        return { model: name, label: name, ...(note.length ? { note: note.join(", ") } : {}) };
      }),
    ];
  }

  /** Talks to another server. @throws Error with a sentence for the reader. */
  setAddress(text: string): void {
    const url = readAddress(text);
    this.key.bind(url);
    this.address = text.trim();
    // What the server before listed is no choice here.
    const preset = this.config.models.map(({ model }) => model);
    if (this.offered.some(({ name }) => name === this.model) && !preset.includes(this.model))
      this.model = preset[0] ?? "";
    this.offered = [];
    this.#endpoint = undefined;
    this.kind = undefined;
    if (this.isInPage) {
      this.isInPage = false;
      this.model = this.config.models[0]?.model ?? "";
    }
    this.#tell("state");
  }

  /** Has the model run in the page, the first where none is named. */
  usePage(model = ""): void {
    if (!this.isInPage) {
      this.isInPage = true;
      this.#endpoint = undefined;
      this.model = this.models()[0]?.model ?? "";
    }
    this.model = model || this.model;
    this.#tell("state");
  }

  /** @throws Error with a sentence for the reader. */
  setKey(value: string): void {
    this.key.set(value, readAddress(this.address));
    this.#endpoint = undefined;
  }

  /** The server; found out once. @throws EndpointError */
  endpoint(): Promise<Endpoint> {
    if (this.#endpoint) return this.#endpoint;
    this.kind = undefined;
    // Meanwhile the reader may go to another server: then nothing of this one is told.
    const found: Promise<Endpoint> = this.#detect().then(
      (endpoint) => {
        if (this.#endpoint === found && endpoint.kind !== "browser") this.kind = endpoint.kind;
        return endpoint;
      },
      (error: unknown) => {
        if (this.#endpoint === found) this.#endpoint = undefined;
        throw error;
      },
    );
    return (this.#endpoint = found);
  }

  async #detect(): Promise<Endpoint> {
    if (this.isInPage) return new InPage(() => this.pageModels());
    let url: URL;
    try {
      url = readAddress(this.address);
    } catch (error) {
      throw new EndpointError((error as Error).message);
    }
    const named = [...this.config.models.map(({ model }) => model), this.model].filter(Boolean);
    return detect(url, this.key, named);
  }

  /** Gets to know the server: which it is, and where no model is set, its models. @throws EndpointError */
  async meet(): Promise<Endpoint> {
    const endpoint = await this.endpoint();
    if (!this.model && !this.isInPage) await this.list();
    return endpoint;
  }

  /** The server's own list of models. @throws EndpointError */
  async list(): Promise<Model[]> {
    const asked = this.endpoint();
    const models = listed(await (await asked).models());
    if (this.#endpoint !== asked) return models;
    this.offered = models;
    this.model ||= (models.find(({ isChat }) => isChat !== false) ?? models[0])?.name ?? "";
    this.#tell("state");
    return models;
  }

  /** There are answers of the conversation to come, which `stop` ends. */
  get isAnswering(): boolean {
    return this.#asked.size > 0;
  }

  /** Runs one thing after another. */
  alone<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#line.then(async () => {
      this.isBusy = true;
      this.#tell("state");
      try {
        return await run();
      } finally {
        this.isBusy = false;
        this.#tell("state");
      }
    });
    this.#line = turn.catch(() => {});
    return turn;
  }

  /** The turns that are shown, and sent along. */
  get turns(): Turn[] {
    return this.conversation.path();
  }

  /** Goes on with a prompt. */
  send(prompt: string): Promise<Answer> {
    return this.answer(this.conversation.append(prompt));
  }

  /** Puts another prompt in a turn's place; what came after it stays a branch. */
  edit(turn: Turn, prompt: string): Promise<Answer> {
    return this.answer(this.conversation.beside(turn, prompt));
  }

  /** Goes on from another answer to a turn. */
  goOnFrom(turn: Turn, index: number): void {
    turn.chosen = index;
    this.#tell("turns");
  }

  /** Shows another of the prompts that were put at a place. */
  show(fork: Fork, index: number): void {
    fork.chosen = index;
    this.#tell("turns");
  }

  /** Asking again would send what this answer was asked with, and the server takes the seed. */
  repeats(turn: Turn, { request, unused }: Answer): boolean {
    const { model, messages, settings } = request;
    const now = [this.model, this.#messages(turn), this.settings];
    return !unused.includes("seed") && JSON.stringify(now) === JSON.stringify([model, messages, settings]);
  }

  /** Asks for an answer to a turn, one more if it has some, with the model and settings that are set now. */
  async answer(turn: Turn): Promise<Answer> {
    const request = {
      model: this.model,
      messages: this.#messages(turn),
      settings: this.settings,
      ...(this.asksForCandidates ? { candidates: CANDIDATES } : {}),
    };
    const { conversation } = this;
    const earlier = this.turns.flatMap(({ answers }) => answers);
    const asked = new AbortController();
    this.#asked.add(asked);
    let answer = newAnswer(request, { kind: this.isInPage ? "browser" : "unknown", url: this.address });
    addAnswer(turn, answer);
    this.#tell("turns");
    let sent = performance.now();
    const stopped = (): void =>
      receive(answer, { type: "done", reason: "stopped", figures: { total: performance.now() - sent } });
    let isInLine = true;
    // What is in line is stopped at once: what is before it can take long.
    const left = new Promise<void>((resolve) =>
      asked.signal.addEventListener("abort", () => {
        if (isInLine) resolve(stopped());
      }),
    );
    const turnInLine = this.alone(async () => {
      isInLine = false;
      if (asked.signal.aborted) return;
      sent = performance.now();
      try {
        const endpoint = await until(asked.signal, this.meet());
        if (!request.model && this.model) {
          // The first that the server lists: nobody had chosen one.
          request.model = this.model;
          const named = newAnswer(request, endpoint);
          turn.answers.splice(turn.answers.indexOf(answer), 1, named);
          answer = named;
          this.#tell("turns");
        }
        answer.endpoint = { kind: endpoint.kind, url: endpoint.url };
        if (!request.model && !this.isInPage) throw new EndpointError("", NO_MODEL);
        for await (const event of endpoint.ask(request, asked.signal)) {
          receive(answer, event);
          this.#tell("answer");
        }
        if (earlier.some((other) => differs(other, answer))) answer.notes.push({ id: "differs" });
      } catch (error) {
        const figures = { total: performance.now() - sent };
        if (asked.signal.aborted) {
          // A server that does not say what it is may do so when it is asked anew.
          if (answer.endpoint.kind === "unknown") this.#endpoint = undefined;
          stopped();
        } else if (error instanceof EndpointError)
          receive(answer, {
            type: "done",
            reason: "error",
            figures,
            problem: { message: error.message, status: error.status },
          });
        else throw error;
      } finally {
        this.#asked.delete(asked);
      }
    });
    await Promise.race([turnInLine, left]);
    this.#asked.delete(asked);
    this.#tell("state");
    this.#tell("answer");
    void this.keeper.onFinished(conversation);
    return answer;
  }

  stop(): void {
    for (const asked of this.#asked) asked.abort();
  }

  /** Begins a new conversation, or goes on with one that was kept. */
  begin(conversation = new Conversation()): void {
    this.stop();
    this.conversation = conversation;
    this.#tell("turns");
  }

  /** The conversation up to a turn's prompt, or that prompt alone. */
  #messages(turn: Turn): Message[] {
    const messages: Message[] = [];
    if (this.system) messages.push({ role: "system", content: this.system });
    for (const earlier of this.sendsHistory ? this.turns : [turn]) {
      messages.push({ role: "user", content: earlier.prompt });
      if (earlier === turn) break;
      const text = earlier.answers[earlier.chosen]?.text;
      // Roles take turns: where an answer failed, its prompt goes too.
      if (text) messages.push({ role: "assistant", content: text });
      else messages.pop();
    }
    return messages;
  }

  #tell(type: "turns" | "answer" | "state" | "progress"): void {
    this.dispatchEvent(new Event(type));
  }
}

/** The models of a list that can be asked by their names, each once. */
function listed(models: readonly Model[]): Model[] {
  const names = new Map(models.filter(({ name }) => name && name.length <= LONGEST_NAME).map((m) => [m.name, m]));
  return [...names.values()];
}

/** Whether one question with one seed had two answers. */
function differs(one: Answer, other: Answer): boolean {
  const asked = ({ request, endpoint }: Answer): string => JSON.stringify([request, endpoint.url]);
  const isWhole = ({ reason }: Answer): boolean => reason === "stop" || reason === "length" || reason === "full";
  return isWhole(one) && isWhole(other) && one.text !== other.text && asked(one) === asked(other);
}

/** What a promise gives, unless the signal comes first. */
function until<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}
