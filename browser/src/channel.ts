/** The line to the worker: to one of this page, or to one that the pages of a visit share. */
import type { FromWorker, ToWorker } from "./messages.ts";

export interface Channel {
  /** The page sends the compiled WebAssembly. A shared worker is in another agent cluster, which no module can enter. */
  sendsWasm: boolean;
  post(message: ToWorker): void;
  /** Ends the worker, whatever it is doing, or has a shared one end itself and lets the next line lead to another. */
  end(): void;
}

type Receive = (message: FromWorker) => void;
type Fail = (message: string) => void;

export function dedicated(url: string, receive: Receive, fail: Fail): Channel {
  const worker = new Worker(url, { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => receive(data);
  worker.onerror = (event) => {
    event.preventDefault();
    fail(event.message || "its worker could not be loaded.");
  };
  return { sendsWasm: true, post: (message) => worker.postMessage(message), end: () => worker.terminate() };
}

/** Counts shared workers that were given up in this tab, so that the next page does not go back to one. */
const GENERATION = "quantlab-worker";

function generation(): number {
  try {
    return Number(sessionStorage.getItem(GENERATION) ?? 0);
  } catch {
    return 0; // storage is blocked
  }
}

/**
 * A worker that outlives the page: on a site without instant navigation, Python starts once a visit instead of once a page.
 *
 * @param build Tells apart the workers of two versions of a site.
 * @returns The line, or undefined where the browser has no shared worker with an extended lifetime.
 */
export function shared(url: string, build: string, receive: Receive, fail: Fail): Channel | undefined {
  if (!("SharedWorker" in globalThis)) return undefined;
  let isKnown = false;
  const options = {
    type: "module" as const,
    name: `quantlab ${build} ${generation()}`,
    get extendedLifetime() {
      isKnown = true; // only a browser that has the option asks for it
      return true;
    },
  };
  const worker = new SharedWorker(url, options);
  if (!isKnown) {
    worker.port.postMessage({ type: "close" } satisfies ToWorker);
    return undefined;
  }
  worker.port.onmessage = ({ data }: MessageEvent<FromWorker>) => receive(data);
  worker.onerror = () => fail("its worker could not be loaded.");
  return {
    sendsWasm: false,
    post: (message) => worker.port.postMessage(message),
    end: () => {
      worker.port.postMessage({ type: "close" } satisfies ToWorker);
      worker.port.close();
      try {
        sessionStorage.setItem(GENERATION, String(generation() + 1));
      } catch {
        // Without storage the next page meets the old worker, which by then has ended itself.
      }
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
