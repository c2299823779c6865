/** The texts of the comparison, in the page's language. */
import { chat_compare } from "../../generated/texts.ts";
import { texts } from "../../ui/texts.ts";

export const GROUP = "chat_compare";
export const t = texts(GROUP, chat_compare);
