/** The texts of evidence, in the page's language. */
import { evidence } from "../generated/texts.ts";
import { texts } from "../ui/texts.ts";

export const t = texts("evidence", evidence);
