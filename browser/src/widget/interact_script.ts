/** A script of its own, for pages with marks that a reader can grab. */
import { Interaction } from "./interact.ts";
import { provide } from "./marks.ts";

provide(Interaction);
