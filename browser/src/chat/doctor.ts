/**
 * Shows why a request failed and what to do about it. `diagnosis.ts` finds the case; its texts are the group `chat_connection`, from
 * which the docs are generated, too.
 */
import { ENDING } from "../generated/dialects.ts";
import { chat_connection } from "../generated/texts.ts";
import { button, h, prose } from "../ui/dom.ts";
import { isLoopback, isMixedContent } from "../ui/network.ts";
import { readAddress } from "./address.ts";
import { diagnose, rootOf, type CaseId, type CaseKey, type Request } from "./diagnosis.ts";
import { ofConnection, t } from "./texts.ts";
import type { Endpoint, Problem } from "./wire.ts";

type Key = keyof typeof chat_connection;

/** Whose advice applies; `other` is a reader who runs a server other than Ollama on their own machine. */
export type System = "windows" | "macos" | "linux" | "elsewhere" | "other";

/** The reader's operating system, as far as it can run a model server. */
function readersSystem(): System {
  const agent = navigator.userAgent;
  if (/Android|iPhone|iPad|CrOS/.test(agent)) return "elsewhere";
  if (/Windows/.test(agent)) return "windows";
  if (/Mac OS X/.test(agent)) return "macos";
  return /Linux/.test(agent) ? "linux" : "elsewhere";
}

/** Only on the reader's own machine can the reader run a command, and Ollama's only where Ollama may be. */
function systemFor({ endpoint, kind }: Place): System {
  let url: URL;
  try {
    url = readAddress(endpoint);
  } catch {
    return "elsewhere";
  }
  if (!isLoopback(url.hostname)) return "elsewhere";
  const isVersioned = /^v\d/.test(ENDING.exec(url.pathname.replace(/\/+$/, ""))?.[1] ?? "");
  const isOther = kind ? kind !== "ollama" : isVersioned && url.port !== "11434";
  return isOther ? "other" : readersSystem();
}

/** What fills the places in a case's words. */
export interface Place {
  readonly endpoint: string;
  readonly model: string;
  /** What the server speaks, where that is known. */
  readonly kind?: Endpoint["kind"] | undefined;
}

/** A case in words, for this page, this server and this reader. */
function explanation(id: CaseId, place: Place): { title: string; why: string; what: string } {
  const key = id.replaceAll("-", "_") as CaseKey;
  const words = {
    endpoint: place.endpoint,
    root: rootOf(place.endpoint),
    model: place.model,
    origin: location.origin,
  };
  const own = `${key}_do_${systemFor(place)}`;
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
  request: Request,
  announce: (text: string) => void,
): Promise<void> {
  host.replaceChildren(h("p", {}, t("diagnosing")));
  const ids = await diagnose(place.endpoint, problem, request);
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
  if (problem.message && problem.status > 0)
    host.append(
      h(
        "p",
        { class: "quantlab-chat-words" },
        t("server_words", { status: String(problem.status), message: problem.message }),
      ),
    );
  announce(parts[0]!.textContent.replace(t("copy_what_to_do"), ""));
}
