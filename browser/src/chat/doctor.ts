/**
 * Why a request failed, and the one thing to do.
 *
 * A browser tells a page next to nothing about a request that failed. What tells the cases apart: what the addresses say,
 * permissions, violations of the page's policy, and whether simpler requests come through. The group `chat_connection` has the words,
 * of which the docs are made too.
 */
import { readAddress } from "./address.ts";
import { ENDING, FACTS } from "../generated/dialects.ts";
import { chat_connection } from "../generated/texts.ts";
import { button, h, prose } from "../ui/dom.ts";
import { isLoopback, isMixedContent, isPrivate } from "../ui/network.ts";
import { PLAIN } from "./http.ts";
import { ofConnection, ofServer, t } from "./texts.ts";
import type { Problem } from "./wire.ts";

type Key = keyof typeof chat_connection;
type Hyphenated<T> = T extends `${infer Word}_${infer Rest}` ? `${Word}-${Hyphenated<Rest>}` : T;
type CaseKey = Key extends infer K ? (K extends `${infer Case}_title` ? Case : never) : never;
/** A case as pages and links name it. */
export type CaseId = Hyphenated<CaseKey>;

/** Addresses that the page's policy kept requests from. */
const blocked = new Set<string>();
document.addEventListener("securitypolicyviolation", ({ blockedURI }) => {
  try {
    blocked.add(new URL(blockedURI).origin);
  } catch {
    // `inline`, `eval` and the like are no requests.
  }
});

/**
 * Which cases a problem may be; the likeliest first. Asks the server, without key and without prompt.
 *
 * @param hasKey The failed request had a key.
 */
export async function diagnose(endpoint: string, problem: Problem, hasKey: boolean): Promise<CaseId[]> {
  return [...(problem.status ? byStatus(problem, hasKey) : await byProbing(endpoint))];
}

function byStatus({ status, message }: Problem, hasKey: boolean): CaseId[] {
  if (status === 401 || status === 403) return [hasKey ? "key-wrong" : "key-missing"];
  if (
    /context|too long|prompt is longer|exceeds? .*(token|length)/i.test(message) &&
    [200, 400, 413, 422, 500].includes(status)
  )
    return ["context-overflow"];
  const isServer = message !== ofServer("no_server") && message !== ofServer("not_json");
  if (status === 404 && /model/i.test(message) && isServer) return ["model-missing"];
  if (status === 404 || status === 405) return ["wrong-address"];
  if (status === 503) return [/load/i.test(message) ? "model-loading" : "queue-full"];
  if (status === 429) return ["queue-full"];
  if (status === 502 || status === 504) return ["proxy-alone"];
  return ["other"];
}

async function byProbing(endpoint: string): Promise<CaseId[]> {
  let url: URL;
  try {
    url = readAddress(endpoint);
  } catch {
    return ["wrong-address"];
  }
  const isNear = isLoopback(url.hostname) || isPrivate(url.hostname);
  // A violation's event comes some tasks after the failure.
  await new Promise((resolve) => setTimeout(resolve, 100));
  if (blocked.has(url.origin)) return ["blocked-by-policy"];
  const isMixed = isMixedContent(url);
  if (isMixed && !isLoopback(url.hostname)) return ["mixed-content"];

  const folder = url.href.replace(/\/+$/, "").replace(ENDING, "");
  // Where one simple request comes through, it was not the site that was refused.
  for (const { probe } of Object.values(FACTS)) {
    const simple = await attempt(folder + probe, { redirect: "manual" });
    if (simple?.type === "opaqueredirect") return ["redirected"];
    if (simple) return ["preflight-refused"];
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

  // A proxy that answers for itself where the model server is not asked: then its own header is right alone.
  if (await succeeds(`${folder}/quantlab-no-such-path`, {})) return ["doubled-header"];
  // Nothing that a page can see tells these two apart; on the reader's own machine there is rarely a proxy.
  return isLoopback(url.hostname) ? ["origin-refused"] : ["origin-refused", "doubled-header"];
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

/** The state of a permission; a browser that does not know it does not ask for it either. */
async function permission(name: string): Promise<string> {
  try {
    return (await navigator.permissions.query({ name: name as PermissionName })).state;
  } catch {
    return "granted";
  }
}

export type System = "windows" | "macos" | "linux" | "elsewhere";

/** The reader's operating system, as far as it can run a model server. */
function readersSystem(): System {
  const agent = navigator.userAgent;
  if (/Android|iPhone|iPad|CrOS/.test(agent)) return "elsewhere";
  if (/Windows/.test(agent)) return "windows";
  if (/Mac OS X/.test(agent)) return "macos";
  return /Linux/.test(agent) ? "linux" : "elsewhere";
}

/** What fills the places in a case's words. */
export interface Place {
  readonly endpoint: string;
  readonly model: string;
}

/** A case in words, for this page, this server and this reader. */
function explanation(id: CaseId, place: Place): { title: string; why: string; what: string } {
  const key = id.replaceAll("-", "_") as CaseKey;
  let isNear = false;
  try {
    isNear = isLoopback(readAddress(place.endpoint).hostname);
  } catch {
    // No address, no machine.
  }
  const words = { endpoint: place.endpoint, model: place.model || t("of_that_name"), origin: location.origin };
  // Only on the reader's own machine can the reader run a command.
  const own = `${key}_do_${isNear ? readersSystem() : "elsewhere"}`;
  const what = (own in chat_connection ? own : `${key}_do`) as Extract<Key, `${string}_do` | `${string}_do_${System}`>;
  return {
    title: ofConnection(`${key}_title`),
    why: ofConnection(`${key}_why`, words),
    what: ofConnection(what, words),
  };
}

/** What this browser will not let the page do with a server, said before anyone tries; undefined where it lets it. */
export function warning(endpoint: string): HTMLElement | undefined {
  let url: URL;
  try {
    url = readAddress(endpoint);
  } catch {
    return undefined; // said where it is typed
  }
  if (!isMixedContent(url)) return undefined;
  const id = isLoopback(url.hostname) ? "loopback-blocked" : "mixed-content";
  const { title, why, what } = explanation(id, { endpoint, model: "" });
  return h(
    "p",
    { class: "quantlab-chat-note", "data-warning": id },
    h("strong", {}, title),
    ". ",
    ...prose(`${why} ${what}`),
  );
}

/** Puts into `host` why a request failed; says so to `announce`. */
export async function explain(
  host: HTMLElement,
  problem: Problem,
  place: Place,
  hasKey: boolean,
  announce: (text: string) => void,
): Promise<void> {
  host.replaceChildren(h("p", {}, t("diagnosing")));
  const ids = await diagnose(place.endpoint, problem, hasKey);
  const parts = ids.map((id, i) => {
    const { title, why, what } = explanation(id, place);
    return h(
      "div",
      { class: "quantlab-chat-case", "data-case": id },
      h("p", {}, h("strong", {}, i ? t("or_case", { title }) : title), ". ", ...prose(why)),
      h("p", {}, h("strong", {}, t("what_to_do")), " ", ...prose(what)),
      button(
        t("copy_what_to_do"),
        () => void navigator.clipboard?.writeText(`${title}. ${why}\n${what}`.replaceAll("`", "")).catch(() => {}),
      ),
    );
  });
  host.replaceChildren(...parts);
  if (problem.message && problem.status)
    host.append(
      h(
        "p",
        { class: "quantlab-chat-words" },
        t("server_words", { status: String(problem.status), message: problem.message }),
      ),
    );
  announce(parts[0]!.textContent.replace(t("copy_what_to_do"), ""));
}
