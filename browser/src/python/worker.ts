/**
 * The worker: Pyodide with the engine, answering one request at a time. It runs as a worker of one page, or shared by the
 * pages of a visit.
 *
 * A module worker, because Pyodide 314 refuses classic ones. It is ended from outside when it takes too long: without
 * cross-origin isolation, which GitHub Pages cannot give, Python in it cannot be interrupted.
 */
import { customFiles } from "./custom_files.ts";
import { readHeaders } from "./headers.ts";
import { Interpreter, takeWasm } from "./interpreter.ts";
import type { CustomFiles, FromWorker, Start, ToWorker } from "./messages.ts";
import { watch } from "./violations.ts";
import { t } from "./worker_texts.ts";

type Send = (message: FromWorker) => void;

const refused = watch(self);

/** The first page's message: another page says nothing new. */
let first: Start | undefined;
let running: Promise<Interpreter> | undefined;

/** The interpreter for a call, with all that these widgets and methods need. */
async function interpreterFor(wanted: string[], files?: CustomFiles): Promise<Interpreter> {
  for (;;) {
    const asked = running!;
    const interpreter = await asked;
    await interpreter.add(wanted);
    if (!files || interpreter.mount(files)) return interpreter;
    // It has another version of these files, of a page that is left or in another frame.
    if (running === asked) running = Interpreter.start({ ...first!, wanted });
  }
}

/** An address, where it is one of the site's own files: other pages of an origin can find the worker, and send it to others. */
function ours(address: string): string {
  if (!new URL(address).href.startsWith(new URL(".", self.location.href).href))
    throw new Error(t("not_ours", { address: address.slice(0, 80) }));
  return address;
}

async function receive(message: ToWorker, send: Send): Promise<void> {
  try {
    if (message.type === "start") {
      ours(message.archive);
      first ??= message;
      running ??= Interpreter.start(message, () => send({ type: "fetched" }));
      await running;
      send({ type: "ready" });
    } else if (message.type === "call") {
      const { archive } = message;
      for (const { file } of archive ? [archive, ...(archive.wheels ?? [])] : []) ours(file);
      const files = archive && (await customFiles(archive).catch((error: Error) => error));
      if (files instanceof Error) {
        send({
          type: "outcome",
          id: message.id,
          outcome: JSON.stringify({ error: { message: files.message, option: null, line: null } }),
        });
        return;
      }
      const { call } = await interpreterFor(message.wanted, files);
      const [outcome, data] = call(message.method, message.params, message.data);
      send({ type: "outcome", id: message.id, outcome, data });
    } else if (message.type === "read") {
      await readHeaders((await interpreterFor(["read_headers"])).call, message, send);
    } else if (message.type === "wasm") {
      takeWasm(message.wasm);
    } else if (message.type === "close") {
      for (const port of ports)
        port.postMessage({ type: "failed", message: t("stopped_elsewhere") } satisfies FromWorker);
      close();
    }
  } catch (error) {
    // Not an option's fault but ours, or memory ran out: say so, and let the page start anew.
    // A Python error's last line is the one that says what happened.
    const message = error instanceof Error || (error as Error)?.message ? (error as Error).message : String(error);
    send({ type: "failed", message: message.trim().split("\n").at(-1) ?? "", violation: refused() });
  }
}

/** Where the worker is shared: the pages it serves, the last of which may be gone. */
const ports: MessagePort[] = [];

if ("onconnect" in self) {
  self.onconnect = (event: MessageEvent) => {
    const port = event.ports[0]!;
    ports.push(port);
    port.onmessage = ({ data }: MessageEvent<ToWorker>) => receive(data, (message) => port.postMessage(message));
  };
} else {
  self.onmessage = ({ data }: MessageEvent<ToWorker>) => receive(data, (message) => postMessage(message));
}
