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
  /** Why the server has not begun to answer, if it said so. */
  waiting?: "loading" | "busy";
  /** Repeats the request now instead of waiting longer. */
  tryNow?: () => void;
  /** The model that answered, as the server named it; empty if it did not. */
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

/** Answers whose first text turned out to be reasoning. */
const rethought = new WeakSet<Answer>();

/** Whether an answer's first text turned out to be reasoning. */
export function isRethought(answer: Answer): boolean {
  return rethought.has(answer);
}

/** Applies an event to an answer. */
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
  // llama.cpp measures from the first token on, so an answer of one token has no speed.
  return tokens && tokens > 1 && generation ? (tokens / generation) * 1000 : undefined;
}

/** The model that answered if it is not the requested one; two names in a comparison may then be the same model. */
export function otherModel({ model, request }: Pick<Answer, "model" | "request">): string | undefined {
  // Ollama adds or omits `:latest`; other servers return a name with a date.
  const plain = (name: string): string => name.toLowerCase().replace(/:latest$/, "");
  return model && !plain(model).startsWith(plain(request.model)) ? model : undefined;
}
