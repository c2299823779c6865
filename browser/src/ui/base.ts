const script = globalThis.document?.currentScript as HTMLScriptElement | undefined;

/** Where the page's script was loaded from: the other files are beside it, under whatever path the site has. Empty where no page is, as in tests. */
export const BASE = script ? new URL(".", script.src).href : "";
