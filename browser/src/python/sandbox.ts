/**
 * Opens a frame without origin, in which the reader's code can run: it reaches neither the page nor the network.
 *
 * One of two documents, since each runs on sites where the other does not. The first is in this script, and inherits the page's policy,
 * which may forbid inline scripts. The second is a file of the site, with the policy and headers that the server sends with files, which
 * may forbid frames.
 */
import type { FrameSays } from "./messages.ts";

/** `live_frame.html` with its script in it, put in by the build. */
declare const LIVE_FRAME: string;

/** Milliseconds until a document that has loaded says that its script runs; it takes a few. */
const LIMIT = 2_000;

export interface Sandbox {
  frame: HTMLIFrameElement;
  /** The frame's own port, on which the code can say nothing. */
  control: MessagePort;
}

type Fill = (frame: HTMLIFrameElement, base: string) => void;

const DOCUMENTS: Fill[] = [
  (frame) => (frame.srcdoc = LIVE_FRAME),
  (frame, base) => (frame.src = `${base}live_frame.html`),
];

/** The document that ran last. */
let preferred = 0;

/**
 * @param base The folder of the site that holds our files.
 * @returns The frame, or undefined where the site's policy allows none.
 */
export async function openSandbox(base: string): Promise<Sandbox | undefined> {
  for (let number = preferred; number < DOCUMENTS.length; number++) {
    const found = await open(DOCUMENTS[number]!, base);
    if (!found) continue;
    preferred = number;
    return found;
  }
  return undefined;
}

async function open(fill: Fill, base: string): Promise<Sandbox | undefined> {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.style.display = "none";
  const { port1: control, port2: theirs } = new MessageChannel();
  const isHere = new Promise<boolean>((resolve) => {
    control.onmessage = ({ data }: MessageEvent<FrameSays>) => resolve(data.type === "here");
    frame.addEventListener("load", () => {
      frame.contentWindow!.postMessage(null, "*", [theirs]);
      setTimeout(() => resolve(false), LIMIT);
    });
  });
  try {
    fill(frame, base);
  } catch {
    return undefined; // Trusted Types refuse HTML in a text
  }
  document.body.append(frame);
  if (await isHere) return { frame, control };
  frame.remove();
  control.close();
  return undefined;
}
