/** The texts of the workers, which are English: a worker does not know the page's language. */
import { worker } from "../generated/texts.ts";
import { texts } from "../ui/texts.ts";

export const t = texts("worker", worker);
