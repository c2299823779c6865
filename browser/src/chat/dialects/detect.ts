/** Which language a server speaks. */
import { written, type Key } from "../address.ts";
import { asText, Http } from "../http.ts";
import { Ollama } from "./ollama.ts";
import { OpenAI } from "./openai.ts";
import { EndpointError, type Endpoint } from "../wire.ts";

/**
 * The endpoint at an address, which may or may not end in `/v1` or `/api`.
 *
 * @throws EndpointError Where there is no model server, or it does not let this page in.
 */
export async function detect(address: URL, key: Key, signal?: AbortSignal): Promise<Endpoint> {
  const root = new URL(address);
  root.pathname = root.pathname.replace(/\/+$/, "").replace(/\/(v1|api)$/, "");
  const version = /\/(v\d+)\/*$/.exec(address.pathname)?.[1] ?? "v1";
  const v1 = new URL(address);
  v1.pathname = `${address.pathname.replace(/\/+$/, "").replace(/\/(v\d+|api)$/, "")}/${version}`;
  let first: EndpointError;
  try {
    const http = new Http(root, key);
    const told = asText((await http.json("/api/version", undefined, signal)).version);
    if (told) return new Ollama(http, written(root), told);
    first = new EndpointError("There is no model server at this address.", 404);
  } catch (error) {
    if (!(error instanceof EndpointError) || error.status === 401) throw error;
    first = error;
  }
  const endpoint = new OpenAI(new Http(v1, key), written(v1));
  try {
    await endpoint.models(signal);
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    // It is there, and busy or loading: asking it will tell.
    if (error.status === 503 || error.status === 429) return endpoint;
    throw error.status || !first.status ? error : first;
  }
  return endpoint;
}
