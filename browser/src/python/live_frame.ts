/**
 * The script of the frame in which the reader's code runs: it starts workers, one at a time, and hands each a port to the page.
 *
 * The frame has no origin and a policy of its own (`live_frame.html`), which its workers inherit. The code runs in a worker only, so
 * that what this script says on its own port is not the code's. The WebAssembly is compiled here: a module enters workers of this frame,
 * and a later one need not compile again what an earlier one used.
 */
import { BlobWorker } from "../ui/blob_worker.ts";
import type { FrameFiles, FrameSays, LiveFiles, ToFrame } from "./messages.ts";

addEventListener("message", ({ source, ports: [control] }: MessageEvent<unknown>) => {
  // Another site may show the file in a frame of its own, with the origin of this one: there it does nothing.
  if (source !== parent || !control || self.origin !== "null") return;
  const say = (message: FrameSays): void => control.postMessage(message);
  const failed = (error: { message?: string }): void => say({ type: "failed", message: error.message ?? "" });
  // In Firefox what the policy refuses the worker is told here as well.
  addEventListener("securitypolicyviolation", () => say({ type: "blocked" }));
  let address = "";
  let compiling: Promise<LiveFiles>;
  let worker: Worker | undefined;

  async function start(line: MessagePort): Promise<void> {
    const files = await compiling;
    const made = (worker = new BlobWorker(address));
    const onError = (event: ErrorEvent): void => {
      event.preventDefault();
      if (made === worker) failed(event);
    };
    made.addEventListener("error", onError, { once: true });
    made.postMessage(files, [line]);
  }

  control.onmessage = ({ data, ports: [line] }: MessageEvent<ToFrame>) => {
    if (data.type === "files") {
      address = URL.createObjectURL(new Blob([data.script], { type: "text/javascript" }));
      compiling = compiled(data);
      compiling.catch(failed);
    } else if (data.type === "start") {
      start(line!).catch(failed);
    } else {
      worker?.terminate();
      worker = undefined;
      say({ type: "here" });
    }
  };
  say({ type: "here" });
});

async function compiled({ files }: FrameFiles): Promise<LiveFiles> {
  return { ...files, wasm: await WebAssembly.compile(files.wasm) };
}
