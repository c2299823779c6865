/** Texts that several of the page's scripts have, in the page's language. */
import { shared } from "../generated/texts.ts";
import { texts } from "./texts.ts";

export const t = texts("shared", shared);
