/**
 * Trusted Types: what a page with `require-trusted-types-for 'script'` lets into places that can run scripts. A page with `trusted-types`,
 * too, has to list `quantlab dompurify 'allow-duplicates'`: each of our scripts makes its own policy.
 */

export interface Rules {
  createHTML?(html: string): string;
  createScriptURL?(address: string): string;
}

interface Factory {
  createPolicy(name: string, rules: Rules): Rules;
}

/** A policy with these rules; undefined where the browser has none, or the site's list lacks ours. */
export function policyOf(rules: Rules): Rules | undefined {
  try {
    return (globalThis as { trustedTypes?: Factory }).trustedTypes?.createPolicy("quantlab", rules);
  } catch {
    return undefined; // whatever needs it fails, and says so
  }
}

/** Refuses addresses of scripts that begin with anything else. */
export function onlyFrom(start: string): (address: string) => string {
  return (address) => {
    if (!address.startsWith(start)) throw new TypeError(address);
    return address;
  };
}
