import type { Violation } from "./messages.ts";

/** What has nothing to do with Python. */
const OTHERS = /^(style|img|font|media|frame|form|report|navigate)/;

/** Remembers what the site's policy refused here last: in a page or in a worker. */
export function watch(global: EventTarget): () => Violation | undefined {
  let last: Violation | undefined;
  global.addEventListener("securitypolicyviolation", (event) => {
    const { effectiveDirective: directive, blockedURI: blocked } = event as SecurityPolicyViolationEvent;
    if (!OTHERS.test(directive) && blocked !== "inline") last = { directive, blocked };
  });
  return () => last;
}
