/** The blind vote: two answers, no names, three buttons. */
import type { ChatContext } from "../panel.ts";
import type { Comparison } from "./comparison.ts";
import { h } from "./dom.ts";
import { shown } from "./grid.ts";
import type { Choice } from "./vote.ts";

/**
 * Asks all ballots of a comparison's vote, from the first that is not judged yet.
 *
 * @param over Called when all are judged, or the reader has enough.
 */
export function voting(comparison: Comparison, context: ChatContext, over: () => void): HTMLElement {
  const vote = comparison.vote!;
  const element = h("section", { class: "quantlab-compare-vote", "aria-label": "Blind vote" });
  const end = (): void => {
    vote.isOver = true;
    over();
  };
  const ask = (): void => {
    const ballot = vote.ballots[vote.choices.length];
    if (!ballot) return end();
    const { cells, plan } = comparison.run;
    const judge = (label: string, choice: Choice): HTMLButtonElement =>
      h(
        "button",
        {
          type: "button",
          onclick: () => {
            vote.choices.push(choice);
            ask();
          },
        },
        label,
      );
    const side = (name: string, cell: number): HTMLElement => {
      const answer = cells[cell]!.answer!;
      const text = h("details", {}, h("summary", {}, "Text"), h("pre", {}, answer.text));
      return h("section", { "aria-label": name }, h("p", { "aria-hidden": "true" }, name), ...shown(answer), text);
    };
    const number = `Question ${vote.choices.length + 1} of ${vote.ballots.length}`;
    const title = h("p", { class: "quantlab-compare-question", tabindex: -1 }, `${number}: which is the better answer to `, h("q", {}, plan.prompts[cells[ballot.left]!.prompt]!), "?");
    element.replaceChildren(
      title,
      h("div", { class: "quantlab-compare-seats" }, side("Left", ballot.left), side("Right", ballot.right)),
      h(
        "p",
        { class: "quantlab-compare-buttons" },
        judge("Left is better", "left"),
        judge("No difference", null),
        judge("Right is better", "right"),
        h("button", { type: "button", onclick: end }, "End the vote"),
      ),
    );
    // The buttons are new ones each time: the keyboard goes on from the question, which is read out with the focus.
    if (element.isConnected) title.focus();
  };
  ask();
  return element;
}
