/** A worker from a script in memory, under Trusted Types, too. For wllama the build puts it in the place of `Worker`. */
import { onlyFrom, policyOf } from "./trusted_types.ts";

const policy = policyOf({ createScriptURL: onlyFrom("blob:") });

export class BlobWorker extends globalThis.Worker {
  constructor(address: string, options?: WorkerOptions) {
    super(policy?.createScriptURL?.(address) ?? address, options);
  }
}
