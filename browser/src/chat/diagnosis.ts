/**
 * Which cases a failed request may be.
 *
 * A browser tells a page almost nothing about a failed request. The cases are distinguished by the server's status and message, the
 * addresses, permissions, violations of the page's policy, and by which simpler requests succeed.
 */
import { ENDING, FACTS } from "../generated/dialects.ts";
import type { chat_connection } from "../generated/texts.ts";
import { isLoopback, isMixedContent, isPrivate } from "../ui/network.ts";
import { readAddress } from "./address.ts";
import { PLAIN } from "./http.ts";
import { QUOTA } from "./stream.ts";
import { ofServer } from "./texts.ts";
import { NO_MODEL, type Problem } from "./wire.ts";

type Key = keyof typeof chat_connection;
type Hyphenated<T> = T extends `${infer Word}_${infer Rest}` ? `${Word}-${Hyphenated<Rest>}` : T;
export type CaseKey = Key extends infer K ? (K extends `${infer Case}_title` ? Case : never) : never;
/** A case as pages and links name it. */
export type CaseId = Hyphenated<CaseKey>;

/** What is known of the request that failed. */
export interface Request {
  readonly hasKey: boolean;
  /** It had no earlier prompts and answers. */
  readonly isFirst: boolean;
}

type Fact = (typeof FACTS)[keyof typeof FACTS];

/** Addresses that the page's policy kept requests from. */
const blocked = new Set<string>();
document.addEventListener("securitypolicyviolation", ({ blockedURI }) => {
  try {
    blocked.add(new URL(blockedURI).origin);
  } catch {
    // `inline`, `eval` and the like are no requests.
  }
});

/** Which cases a problem may be; the likeliest first. Asks the server, without key and without prompt. */
export async function diagnose(endpoint: string, problem: Problem, request: Request): Promise<CaseId[]> {
  return [...(problem.status ? [byStatus(problem, request)] : await byProbing(endpoint, request.hasKey))];
}

/** Patterns of servers' messages, by case; the first match counts. */
const WORDS: readonly { readonly id: CaseId; readonly words: RegExp }[] = [
  { id: "quota-used-up", words: QUOTA },
  {
    id: "out-of-memory",
    words:
      /out of memory|(more|not enough|insufficient) (system |GPU |video )?memory|(cannot|failed to|unable to) allocate|cudaMalloc/i,
  },
  // Before the patterns of a full context, which these messages would match as well.
  { id: "limit-too-high", words: /max_(completion_|new_)?tokens.*(too large|context|exceed)/i },
];
const CONTEXT = /context|too long|prompt is longer|exceeds? .*(token|length)/i;
const KEY = /\bkey\b|token|credential|auth|sign(ed)? in|log(ged)? in|permission|forbidden|access denied/i;
const MISSING = /model\b.*(not found|was not found|does not exist)|invalid model name|model_not_found|no such model/i;

function byStatus({ status, message }: Problem, { hasKey, isFirst }: Request): CaseId {
  const key = hasKey ? "key-wrong" : "key-missing";
  if (status === NO_MODEL) return "no-model";
  if (status === 401) return key;
  // A filter of contents refuses with the same status.
  if (status === 403) return KEY.test(message) ? key : "refused-by-server";
  // LiteLLM without a database knows one key only.
  if (/No connected db/i.test(message)) return key;
  const told = WORDS.find(({ words }) => words.test(message));
  if (told) return told.id;
  if (CONTEXT.test(message) && [200, 400, 413, 422, 500].includes(status))
    return isFirst ? "prompt-too-long" : "context-overflow";
  const isServer = message !== ofServer("no_server") && message !== ofServer("not_json");
  if (isServer && ((status === 404 && /model/i.test(message)) || (status === 400 && MISSING.test(message))))
    return "model-missing";
  if (status === 404 || status === 405) return "wrong-address";
  if (status === 413) return "request-too-large";
  if (status === 503) return /load/i.test(message) ? "model-loading" : "queue-full";
  if (status === 429) return "queue-full";
  // 520 to 527 are Cloudflare's.
  if (status === 502 || status === 504 || (status >= 520 && status <= 527)) return "proxy-alone";
  return "other";
}

async function byProbing(endpoint: string, hasKey: boolean): Promise<CaseId[]> {
  let url: URL;
  try {
    url = readAddress(endpoint);
  } catch {
    return ["wrong-address"];
  }
  const isNear = isLoopback(url.hostname) || isPrivate(url.hostname);
  // The event of a policy violation arrives some tasks after the failure.
  await new Promise((resolve) => setTimeout(resolve, 100));
  if (blocked.has(url.origin)) return ["blocked-by-policy"];
  const isMixed = isMixedContent(url);
  if (isMixed && !isLoopback(url.hostname)) return ["mixed-content"];

  const root = rootOf(url.href);
  const facts = Object.values<Fact>(FACTS).filter(({ after }) => !after);
  const simple = await Promise.all(facts.map(({ probe }) => attempt(root + probe, { redirect: "manual" })));
  if (simple.some((response) => response?.type === "opaqueredirect")) return ["redirected"];
  const served = facts.find((_, i) => simple[i] && ![404, 405].includes(simple[i].status));
  // If a simple request succeeds, the server does not refuse this site as such.
  if (served) return afterSimple(root, served, hasKey);
  if (simple[facts.indexOf(FACTS.ollama)]) {
    // The server is not Ollama, and its model list cannot be read: LiteLLM answers like this if the key is missing.
    if (simple.includes(undefined)) return [hasKey ? "answer-lost" : "key-missing", "doubled-header"];
    return afterSimple(root, FACTS.openai, hasKey);
  }

  const isThere = await succeeds(`${url.origin}/`, { mode: "no-cors", redirect: "follow" });
  if (!isThere) {
    if (isMixed) return ["loopback-blocked", "server-down"];
    if (isNear && location.protocol !== "file:" && !isLoopback(location.hostname)) {
      if (!isSecureContext) return ["insecure-page"];
      if ((await permission(isLoopback(url.hostname) ? "loopback-network" : "local-network")) !== "granted")
        return ["local-network-access", "server-down"];
    }
    return ["server-down"];
  }
  if (location.protocol === "file:") return ["opened-from-disk"];

  // The proxy answers this request itself, so that only its own CORS header is in the answer.
  if (await succeeds(`${root}/quantlab-no-such-path`, {})) return ["doubled-header"];
  // A page cannot distinguish these two; on the reader's own machine there is rarely a proxy.
  return isLoopback(url.hostname) ? ["origin-refused"] : ["origin-refused", "doubled-header"];
}

/** Whether the preflight request is refused, or whether it succeeds and the prompt after it was lost. */
async function afterSimple(root: string, { chat, probe }: Fact, hasKey: boolean): Promise<CaseId[]> {
  const headers = { "Content-Type": "application/json", ...(hasKey ? { Authorization: "bearer" } : {}) };
  // A request without a prompt: servers reject it with an answer that the page can read.
  if (await succeeds(root + chat, { method: "POST", headers, body: "{}" })) return ["answer-lost"];
  // For these headers the browser asks before a simple request, too.
  if (await succeeds(root + probe, { headers })) return ["answer-lost"];
  return ["preflight-refused"];
}

/** An address without what belongs to a dialect. */
export function rootOf(address: string): string {
  return address.replace(/\/+$/, "").replace(ENDING, "");
}

async function attempt(url: string, init: RequestInit): Promise<Response | undefined> {
  try {
    return await fetch(url, { ...PLAIN, cache: "no-store", ...init, signal: AbortSignal.timeout(5000) });
  } catch {
    return undefined;
  }
}

async function succeeds(url: string, init: RequestInit): Promise<boolean> {
  return (await attempt(url, init)) !== undefined;
}

/** The state of a permission; browsers that do not know a permission do not ask for it. */
async function permission(name: string): Promise<string> {
  try {
    return (await navigator.permissions.query({ name: name as PermissionName })).state;
  } catch {
    return "granted";
  }
}
