/**
 * Open WebUI, in front of Ollama and other servers.
 *
 * Its own API does not pass seed and temperature on to Ollama, and returns no log probabilities. Below `/ollama` it passes Ollama's API
 * through, which supports both, so that this is used if the reader has access to it.
 */
import { FACTS } from "../../generated/dialects.ts";
import { written } from "../address.ts";
import { asText, Http } from "../http.ts";
import { EndpointError, type Dialect } from "../wire.ts";
import { ollama } from "./ollama.ts";
import { OpenAI } from "./openai.ts";

const { paths } = FACTS.openwebui;

/** Accepts a server whose name contains Open WebUI: sites may put their own name beside it. */
export const openwebui: Dialect = async (server, signal) => {
  const { root, key } = server;
  const http = new Http(root, key);
  if (!/Open WebUI/i.test(asText((await http.json(paths.config, undefined, signal)).name))) return undefined;
  try {
    const behind = new URL(root);
    behind.pathname = `${root.pathname.replace(/\/+$/, "")}/ollama`;
    const endpoint = await ollama({ ...server, root: behind }, signal);
    if (endpoint) return endpoint;
  } catch (error) {
    // Without a key everything is refused, and the reader must be told that.
    if (!(error instanceof EndpointError) || (error.status === 401 && !key.for(root))) throw error;
  }
  const endpoint = new OpenAI(http, { kind: "openwebui", url: `${written(root)}/api`, ...paths });
  await endpoint.models(signal);
  return endpoint;
};
