/**
 * The script of the frame in which the reader's code runs. It starts the worker that the page sends, and hands it a port to the page.
 *
 * The frame has no origin and a policy of its own (`live_frame.html`), which the worker inherits. The code runs in the worker only, so
 * that what this script says on its own port is not the code's.
 */
import { BlobWorker } from "../ui/blob_worker.ts";
import type { FrameSays, ToFrame } from "./messages.ts";

addEventListener("message", ({ source, ports: [control] }: MessageEvent<unknown>) => {
  // Another site may show the file in a frame of its own, with the origin of this one: there it does nothing.
  if (source !== parent || !control || self.origin !== "null") return;
  const say = (message: FrameSays): void => control.postMessage(message);
  control.onmessage = ({ data: { script, files }, ports: [line] }: MessageEvent<ToFrame>) => {
    // In Firefox what the policy refuses the worker is told here as well.
    addEventListener("securitypolicyviolation", () => say({ type: "blocked" }));
    const worker = new BlobWorker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    const onError = (event: ErrorEvent): void => {
      event.preventDefault();
      say({ type: "failed", message: event.message ?? "" });
    };
    worker.addEventListener("error", onError, { once: true });
    worker.postMessage(files, [line!, files.wasm, files.library, files.others.buffer]);
  };
  say({ type: "here" });
});
