/** The dialects (APIs) of servers, and how the dialect of a server is detected. */
import { ENDING, FACTS, type DialectName } from "../../generated/dialects.ts";
import { likelyMeant, type Key } from "../address.ts";
import { Mask, Masked } from "../mask.ts";
import { ofServer } from "../texts.ts";
import { EndpointError, type Dialect, type Endpoint, type Server } from "../wire.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";
import { openwebui } from "./openwebui.ts";

export const DIALECTS: Record<DialectName, Dialect> = {
  ollama,
  openwebui,
  openai,
};

/**
 * The endpoint at an address, which may be a server's, a folder of its API (`/v1`, `/api`), or a request's. The dialects are tried in
 * the order of the facts. Whatever it says, the key is not in it.
 *
 * @param named Models that the author or the reader has named: then a server need not list any.
 * @throws EndpointError Where there is no model server, or it does not let this page in.
 */
export async function detect(
  address: URL,
  key: Key,
  named: readonly string[] = [],
  signal?: AbortSignal,
): Promise<Endpoint> {
  const mask = new Mask(key.for(address));
  try {
    return new Masked(await nearby(address, key, named, signal), key);
  } catch (error) {
    throw mask.error(error);
  }
}

/** The server at the address, or at the one that was likely meant. */
async function nearby(address: URL, key: Key, named: readonly string[], signal?: AbortSignal): Promise<Endpoint> {
  try {
    return await tried(address, key, named, signal);
  } catch (error) {
    const meant = likelyMeant(address);
    if (!(error instanceof EndpointError) || error.status || !meant) throw error;
    try {
      return await tried(meant, key, named, signal);
    } catch {
      throw error;
    }
  }
}

/** An address in its parts. */
function serverAt(address: URL, key: Key, named: readonly string[]): Server {
  const path = address.pathname.replace(/\/+$/, "");
  const end = ENDING.exec(path);
  const own = end ? path.slice(0, end.index) : path;
  const ending = end?.[1] ?? "";
  const at = (pathname: string): URL => Object.assign(new URL(address), { pathname });
  return { root: at(own), ending, given: at(ending ? `${own}/${ending}` : own), key, named };
}

/** How much an error reveals about the server; of several, the most informative one is shown. */
function weight({ status }: EndpointError): number {
  if (status === 404 || status === 405) return 0;
  return status ? 2 : 1;
}

async function tried(address: URL, key: Key, named: readonly string[], signal?: AbortSignal): Promise<Endpoint> {
  const server = serverAt(address, key, named);
  let problem: EndpointError | undefined;
  const answered = new Set<string>();
  for (const name of Object.keys(FACTS) as DialectName[]) {
    const { after } = FACTS[name];
    if (after && !answered.has(after)) continue;
    let error = new EndpointError(ofServer("no_server"), 404);
    try {
      const endpoint = await DIALECTS[name](server, signal);
      if (endpoint) return endpoint;
      answered.add(name);
    } catch (thrown) {
      if (!(thrown instanceof EndpointError) || thrown.status === 401) throw thrown;
      error = thrown;
    }
    if (!problem || weight(error) >= weight(problem)) problem = error;
  }
  throw problem!;
}

/** What readers know an endpoint's dialect as. */
export function labelOf({ kind }: Endpoint): string {
  return kind === "browser" ? "llama.cpp" : FACTS[kind].label;
}
