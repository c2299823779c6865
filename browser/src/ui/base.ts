/** Where the page's script was loaded from: the other files are beside it, under whatever path the site has. */
export const BASE = new URL(".", (document.currentScript as HTMLScriptElement).src).href;
