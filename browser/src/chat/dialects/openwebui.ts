/**
 * Open WebUI, in front of Ollama and other servers.
 *
 * Its own API hands neither seed nor temperature on to Ollama, and no log probabilities back. Below `/ollama` it passes Ollama's
 * API through, which does all of it: that is used where the reader is let in.
 */
import { FACTS } from "../../generated/dialects.ts";
import { written } from "../address.ts";
import { asText, Http } from "../http.ts";
import { EndpointError, type Dialect } from "../wire.ts";
import { ollama } from "./ollama.ts";
import { OpenAI } from "./openai.ts";

const { paths } = FACTS.openwebui;

/** A server that calls itself Open WebUI, by whichever name it goes beside. */
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
    // Without a key nothing is open, and then that is what is to be said.
    if (!(error instanceof EndpointError) || (error.status === 401 && !key.for(root))) throw error;
  }
  const endpoint = new OpenAI(http, { kind: "openwebui", url: `${written(root)}/api`, ...paths });
  await endpoint.models(signal);
  return endpoint;
};
