/** An answer as it grows: what was asked, what has come, and how it ended. */
import type { Candidate, ChatEvent, ChatRequest, Endpoint, Figures, Note, Problem, Reason, Settings } from "./wire.ts";

export interface Token extends Candidate {
  readonly candidates: readonly Candidate[];
}

/** What was asked. */
export interface Asked {
  /** `unknown` until the server has told which dialect it speaks. */
  readonly kind: Endpoint["kind"] | "unknown";
  readonly url: string;
}

export interface Answer {
  readonly request: ChatRequest;
  endpoint: Asked;
  /** What the server says it waits for, while it has not begun. */
  waiting?: "loading" | "busy";
  /** Puts the request again without waiting longer. */
  tryNow?: () => void;
  /** The model that answered, by the server's word; empty where it has not said. */
  model: string;
  text: string;
  thinking: string;
  tokens: Token[];
  /** Settings that were asked for and are not used. */
  unused: readonly (keyof Settings)[];
  notes: Note[];
  /** Absent while the answer grows. */
  reason?: Reason;
  figures?: Figures;
  problem?: Problem;
}

export function newAnswer(request: ChatRequest, endpoint: Asked): Answer {
  return {
    request,
    endpoint: { kind: endpoint.kind, url: endpoint.url },
    model: "",
    text: "",
    thinking: "",
    tokens: [],
    unused: [],
    notes: [],
  };
}

/** Answers whose text so far has turned out to be thinking. */
const rethought = new WeakSet<Answer>();

/** Whether the text that an answer had at first has turned out to be thinking. */
export function isRethought(answer: Answer): boolean {
  return rethought.has(answer);
}

/** Takes an event in. */
export function receive(answer: Answer, event: ChatEvent): void {
  delete answer.waiting;
  delete answer.tryNow;
  switch (event.type) {
    case "waiting":
      answer.waiting = event.why;
      if (event.now) answer.tryNow = event.now;
      break;
    case "unused":
      answer.unused = event.settings;
      break;
    case "note":
      answer.notes.push(event.note);
      break;
    case "model":
      answer.model = event.model;
      break;
    case "text":
      answer.text += event.text;
      break;
    case "thinking":
      answer.thinking += event.text;
      break;
    case "rethink":
      answer.thinking += answer.text;
      answer.text = "";
      rethought.add(answer);
      break;
    case "token":
      answer.tokens.push({ token: event.token, logprob: event.logprob, candidates: event.candidates });
      break;
    case "done":
      answer.reason = event.reason;
      answer.figures = event.figures;
      if (event.problem) answer.problem = event.problem;
  }
}

/** Tokens a second, by the server's figures; undefined where it gives none. */
export function speed({ tokens, generation }: Figures): number | undefined {
  // llama.cpp times from the first token: of one alone there is nothing to say.
  return tokens && tokens > 1 && generation ? (tokens / generation) * 1000 : undefined;
}

/** The model that answered, where it is not the one that was asked for: then two models may be one and the same. */
export function otherModel({ model, request }: Pick<Answer, "model" | "request">): string | undefined {
  // Ollama leaves `:latest` out or puts it in; others answer with a dated version of the name.
  const plain = (name: string): string => name.toLowerCase().replace(/:latest$/, "");
  return model && !plain(model).startsWith(plain(request.model)) ? model : undefined;
}
