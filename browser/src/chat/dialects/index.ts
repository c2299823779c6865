/** The dialects that servers may speak, and which of them one does. */
import { ENDING, FACTS, type DialectName } from "../../generated/dialects.ts";
import type { Key } from "../address.ts";
import { Mask, Masked } from "../mask.ts";
import { ofServer } from "../texts.ts";
import { EndpointError, type Dialect, type Endpoint } from "../wire.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";

export const DIALECTS: Record<DialectName, Dialect> = {
  ollama,
  openai,
};

/**
 * The endpoint at an address, which may or may not end in `/v1` or `/api`. The dialects are tried in the order of the facts.
 * Whatever it says, the key is not in it.
 *
 * @throws EndpointError Where there is no model server, or it does not let this page in.
 */
export async function detect(address: URL, key: Key, signal?: AbortSignal): Promise<Endpoint> {
  const mask = new Mask(key.for(address));
  try {
    return new Masked(await tried(address, key, signal), key);
  } catch (error) {
    throw mask.error(error);
  }
}

async function tried(address: URL, key: Key, signal?: AbortSignal): Promise<Endpoint> {
  const root = new URL(address);
  const path = address.pathname.replace(/\/+$/, "");
  root.pathname = path.replace(ENDING, "");
  const server = { root, ending: ENDING.exec(path)?.[1] ?? "", key };
  let problem: EndpointError | undefined;
  for (const name of Object.keys(FACTS) as DialectName[]) {
    try {
      const endpoint = await DIALECTS[name](server, signal);
      if (endpoint) return endpoint;
      problem = new EndpointError(ofServer("no_server"), 404);
    } catch (error) {
      if (!(error instanceof EndpointError) || error.status === 401) throw error;
      // An answer says more than none.
      if (error.status || !problem?.status) problem = error;
    }
  }
  throw problem!;
}

/** What readers know an endpoint's dialect as. */
export function labelOf({ kind }: Endpoint): string {
  return kind === "browser" ? "llama.cpp" : FACTS[kind].label;
}
