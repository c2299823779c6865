/** The texts of the chat, in the page's language. */
import { chat } from "../generated/texts.ts";
import { texts } from "../ui/texts.ts";

export const t = texts("chat", chat);
