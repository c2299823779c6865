/** The connection to the worker: to one of this page, or to one that the pages of a visit share. */
import { page } from "../generated/texts.ts";
import { trustedScript } from "../ui/trusted.ts";
import { texts } from "../ui/texts.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

const t = texts("page", page);

export interface Channel {
  /** The page is to send the compiled WebAssembly. A shared worker is in another agent cluster, which no module can enter. */
  sendsWasm: boolean;
  post(message: ToWorker): void;
  /** Ends the worker, whatever it is doing, or has a shared one end itself and lets the next line lead to another. */
  end(): void;
}

type Receive = (message: FromWorker) => void;
type Fail = (message: string) => void;

export function dedicated(url: string, receive: Receive, fail: Fail): Channel {
  const worker = new Worker(trustedScript(url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => receive(data);
  worker.onerror = (event) => {
    event.preventDefault();
    fail(event.message || t("worker_failed"));
  };
  return { sendsWasm: true, post: (message) => worker.postMessage(message), end: () => worker.terminate() };
}

/** Where the tab keeps the name of its worker. */
const KEY = "quantlab-worker";

/** A name that only this tab's pages know, or undefined where storage is blocked. */
function tabName(renew: boolean): string | undefined {
  try {
    let name = sessionStorage.getItem(KEY);
    if (!name || renew) sessionStorage.setItem(KEY, (name = crypto.randomUUID()));
    return name;
  } catch {
    return undefined;
  }
}

/**
 * A worker that outlives the page: on a site without instant navigation, Python starts once a visit instead of once a page.
 * Each tab has its own, so that *Stop* in one leaves the others alone.
 *
 * It cannot be ended while it computes. It is told to end itself when it is done, which the engine's own figures soon are, and
 * the tab goes on with another.
 *
 * @param build Tells apart the workers of two versions of a site.
 * @returns The line, or undefined where the browser has no shared worker with an extended lifetime.
 */
export function shared(url: string, build: string, receive: Receive, fail: Fail): Channel | undefined {
  const tab = tabName(false);
  if (!("SharedWorker" in globalThis) || !tab) return undefined;
  let isKnown = false;
  const worker = new SharedWorker(trustedScript(url), {
    type: "module",
    name: `quantlab ${build} ${tab}`,
    get extendedLifetime() {
      isKnown = true; // only a browser that has the option asks for it
      return true;
    },
  } as WorkerOptions);
  const { port } = worker;
  const end = (): void => {
    port.postMessage({ type: "close" } satisfies ToWorker);
    port.close();
  };
  if (!isKnown) {
    end();
    return undefined;
  }
  port.onmessage = ({ data }: MessageEvent<FromWorker>) => receive(data);
  worker.onerror = () => fail(t("worker_failed"));
  return {
    sendsWasm: false,
    post: (message) => port.postMessage(message),
    end: () => {
      end();
      tabName(true);
    },
  };
}

/** Material's instant navigation keeps the page, and with it a worker of its own. */
export function keepsPage(): boolean {
  const config = document.getElementById("__config")?.textContent;
  try {
    const features: unknown = JSON.parse(config ?? "{}").features;
    return Array.isArray(features) && features.includes("navigation.instant");
  } catch {
    return false;
  }
}
