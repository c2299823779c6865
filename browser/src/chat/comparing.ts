/** The comparison's place in the chat. Its script is fetched when the reader opens it. */
import { h } from "../ui/dom.ts";
import { fetched } from "../ui/fetched.ts";
import { speak } from "../ui/speak.ts";
import { language } from "../ui/texts.ts";
import type { Comparison } from "./compare/comparison.ts";
import type { ChatContext, Panel } from "./panel.ts";
import { t } from "./texts.ts";

/** The chat's memory has the comparison under this name. */
export const MEMORY = "compare";

/** Fills the opened part, and returns the function that ends it when the element leaves the page. */
export type MountComparison = (details: HTMLDetailsElement, context: ChatContext) => () => void;

/** What the script provides. */
interface ComparisonTools {
  readonly mount: MountComparison;
  readonly toMarkdown: (comparison: Comparison) => string;
  readonly toData: (comparison: Comparison) => unknown;
}

const PLACE = Symbol.for("quantlab.comparison");
type Place = { [PLACE]?: ComparisonTools };

/** Called by the script, for the chat's to find. */
export function provide(tools: ComparisonTools): void {
  (globalThis as Place)[PLACE] = tools;
}

/** What the script provides; it has run wherever there is a comparison. */
export const tools = (): ComparisonTools => (globalThis as Place)[PLACE]!;

export const comparisonIn = (memory: ChatContext["memory"]): Comparison | undefined =>
  memory.get(MEMORY) as Comparison | undefined;

export const mountComparing: Panel = (section, context) => {
  const state = h("p", { role: "status" });
  let leave: (() => void) | undefined;
  let hasLeft = false;
  let isFetching = false;
  const fill = async (): Promise<void> => {
    if (leave || isFetching || !details.open) return;
    isFetching = true;
    state.textContent = t("compare_fetching");
    try {
      await speak(language(), ["compare"]);
      await fetched("compare.js");
      if (hasLeft) return;
      state.remove();
      leave = tools().mount(details, context);
    } catch {
      state.textContent = t("compare_not_fetched");
    } finally {
      isFetching = false;
    }
  };
  const details = h(
    "details",
    { class: "quantlab-chat-panel", toggle: () => void fill(), open: comparisonIn(context.memory) !== undefined },
    h("summary", {}, t("compare_title")),
    state,
  );
  section.append(details);
  return () => {
    hasLeft = true;
    leave?.();
  };
};
