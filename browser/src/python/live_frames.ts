/**
 * Frames for interpreters of the reader's code. One whose interpreter ended in good order is kept for the next one: the browser need not
 * make a process for it, nor compile the WebAssembly again. What ran in it has left nothing: its worker is gone, and a frame without
 * origin has no storage.
 */
import type { FrameFiles, FrameSays, ToFrame } from "./messages.ts";
import { openSandbox, type Sandbox } from "./sandbox.ts";

/** Milliseconds in which a frame that is kept says that it is there; its process may have ended. */
const LIMIT = 2_000;

/** The frame in which nothing runs, and what it was sent. More of them would only keep memory. */
let kept: { sandbox: Sandbox; files: Promise<FrameFiles> } | undefined;

/**
 * @param base The folder of the site that holds our files.
 * @param files What the frame is to have.
 * @returns A frame in which nothing runs, or undefined where the site's policy allows none.
 */
export async function takeFrame(base: string, files: Promise<FrameFiles>): Promise<Sandbox | undefined> {
  const found = kept;
  kept = undefined;
  if (found) {
    if (found.files === files && (await isThere(found.sandbox))) return found.sandbox;
    closeFrame(found.sandbox);
  }
  const [sandbox, sent] = await Promise.all([openSandbox(base), files]);
  sandbox?.control.postMessage(sent);
  return sandbox;
}

/** Ends what runs in a frame, and keeps it. @param files What it was sent. */
export function keepFrame(sandbox: Sandbox, files: Promise<FrameFiles>): void {
  sandbox.control.onmessage = null;
  say(sandbox, { type: "end" });
  if (kept) closeFrame(sandbox);
  else kept = { sandbox, files };
}

/** Ends a frame with all that runs in it. */
export function closeFrame({ frame, control }: Sandbox): void {
  control.close();
  frame.remove();
}

const say = ({ control }: Sandbox, message: ToFrame): void => control.postMessage(message);

function isThere(sandbox: Sandbox): Promise<boolean> | boolean {
  if (!sandbox.frame.isConnected) return false;
  return new Promise((resolve) => {
    sandbox.control.onmessage = ({ data }: MessageEvent<FrameSays>) => resolve(data.type === "here");
    say(sandbox, { type: "end" });
    setTimeout(() => resolve(false), LIMIT);
  });
}
