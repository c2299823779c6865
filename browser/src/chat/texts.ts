/** The texts of the chat, in the page's language; each group is of the parts that use it. */
import { chat, chat_connection, chat_model, chat_server } from "../generated/texts.ts";
import { texts } from "../ui/texts.ts";

export const t = texts("chat", chat);
/** Models in the page, and their files. */
export const ofModel = texts("chat_model", chat_model);
/** What goes wrong between page and server. */
export const ofServer = texts("chat_server", chat_server);
/** The connection doctor. */
export const ofConnection = texts("chat_connection", chat_connection);
