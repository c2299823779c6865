/** Marks of a figure that a reader can grab, and the script that makes them answer, which is fetched where a figure has some. */
import { fetched } from "../ui/fetched.ts";
import type { Interaction } from "./interact.ts";
import { MARKS } from "./selectors.ts";

/** Each script has modules of its own; what they share is on the page. */
const PLACE = Symbol.for("quantlab.interaction");
type Place = { [PLACE]?: typeof Interaction };

/** Lets the page's first script have it. */
export function provide(interaction: typeof Interaction): void {
  (globalThis as Place)[PLACE] ??= interaction;
}

/** The interaction of one figure. Until its script has come, the form alone answers. */
export class Marks {
  readonly #given: ConstructorParameters<typeof Interaction>;
  #interaction: Interaction | undefined;
  #isFetching = false;

  /** @param given What `Interaction` takes. */
  constructor(...given: ConstructorParameters<typeof Interaction>) {
    this.#given = given;
    this.refresh();
  }

  /** The figure was drawn anew, or values of controls changed. */
  refresh(): void {
    if (this.#interaction) this.#interaction.refresh();
    else if (!this.#isFetching && this.#given[2].querySelector(MARKS)) void this.#fetch();
  }

  /** Ends what plays. */
  stop(): void {
    this.#interaction?.stop();
  }

  async #fetch(): Promise<void> {
    this.#isFetching = true;
    try {
      await fetched("interact.js");
      const interaction = (globalThis as Place)[PLACE];
      if (interaction) this.#interaction ??= new interaction(...this.#given);
    } catch {
      this.#isFetching = false; // the next redraw tries again
    }
  }
}
