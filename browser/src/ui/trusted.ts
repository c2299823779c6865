/** What our scripts put into places that can run scripts. */
import { BASE } from "./base.ts";
import { onlyFrom, policyOf } from "./trusted_types.ts";

const policy = policyOf({ createHTML: (html) => html, createScriptURL: onlyFrom(BASE) });

/** HTML that our own Python made, or that was sanitized. */
export const trustedHtml = (html: string): string => policy?.createHTML?.(html) ?? html;

/** The address of a script of ours. */
export const trustedScript = (address: string): string => policy?.createScriptURL?.(address) ?? address;
