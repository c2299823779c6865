// A server of a test's own.
import { createServer } from "node:http";

/** Runs `use` with the address of a server that answers with `handle(request, response, body)`. */
export async function serving(handle, use) {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => handle(request, response, body && JSON.parse(body)));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await use(new URL(`http://127.0.0.1:${server.address().port}`));
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

export const json = (response, value, status = 200) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
