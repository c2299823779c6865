// Servers that answer as real ones did on the wire: `tests/servers/recorded/` has the record, request by request.
import litellm from "../../tests/servers/recorded/litellm.json";
import ollama from "../../tests/servers/recorded/ollama.json";
import openwebui from "../../tests/servers/recorded/openwebui.json";
import { serving } from "./serving.mjs";

export const RECORDED = { ollama, openwebui, litellm };

/** Sends a recorded response: its status, its headers, and its lines as they came, without their pauses. */
export function replay(response, { status, headers, lines }) {
  response.writeHead(status, headers.filter(([name]) => !/^transfer-encoding$/i.test(name)).flat());
  for (const [, line] of lines) response.write(line);
  response.end();
}

/**
 * Runs `use` with the address of a server that answers as a program did.
 *
 * @param cases Names of recorded cases: what each method and path is answered with. Others get the record's 404.
 */
export async function replaying(program, cases, use) {
  const { cases: known } = RECORDED[program];
  const asked = [];
  const handle = (request, response, body) => {
    asked.push({ method: request.method, path: request.url, headers: request.headers, body });
    const found = cases
      .map((name) => known[name])
      .find((one) => one.request.method === request.method && one.request.path === request.url);
    if (found) return replay(response, found.response);
    response.writeHead(404, { "content-type": "text/plain" }).end("404 page not found");
  };
  return serving(handle, (url) => use(url, asked));
}
