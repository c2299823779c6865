/** Why a browser refused to start Python: what the site's policy forbids, or the type that its server gives a script. */
import { page } from "../generated/texts.ts";
import { t as shared } from "../ui/shared_texts.ts";
import { texts } from "../ui/texts.ts";
import type { Violation } from "./messages.ts";

const t = texts("page", page);

const HEAD_TIMEOUT_MS = 5000;

/** What a policy has to allow, as it is written there. */
function missing({ directive, blocked }: Violation): string {
  if (blocked === "wasm-eval") return "'wasm-unsafe-eval'";
  if (/trusted-types/.test(directive)) return "quantlab dompurify 'allow-duplicates'";
  if (/^(blob|data)/.test(blocked)) return `${blocked.slice(0, 4)}:`;
  const { origin } = URL.canParse(blocked) ? new URL(blocked) : location;
  return origin === location.origin ? "'self'" : origin;
}

/**
 * The reason in a sentence.
 *
 * @param failure What is known of it.
 * @param violation What the policy refused, if it did.
 * @param scripts The addresses of scripts that a start needs.
 */
export async function reasonOf(failure: string, violation: Violation | undefined, scripts: string[]): Promise<string> {
  if (violation) {
    const directive = violation.directive.replace(/-elem$|^require-(?=trusted)|-for$/g, "");
    return t("policy_forbids", { directive, missing: missing(violation) });
  }
  for (const url of scripts) {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(HEAD_TIMEOUT_MS) }).catch(
      () => undefined,
    );
    if (!response) continue;
    if (!response.ok) return shared("answered", { url, status: String(response.status) });
    const type = response.headers.get("content-type")?.split(";")[0]?.trim().slice(0, 80) ?? "";
    if (!/\b(java|ecma)script\b/i.test(type)) return t("wrong_type", { file: url.split("/").at(-1)!, type });
  }
  return failure;
}
