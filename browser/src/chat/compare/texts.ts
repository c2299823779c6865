/** The texts of the comparison, in the page's language. */
import { compare } from "../../generated/texts.ts";
import { texts } from "../../ui/texts.ts";

export const GROUP = "compare";
export const t = texts(GROUP, compare);
