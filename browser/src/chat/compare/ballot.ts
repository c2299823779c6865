/** The blind vote: two answers, no names, three buttons. */
import { button, h } from "../../ui/dom.ts";
import type { Comparison } from "./comparison.ts";
import { shown } from "./grid.ts";
import type { Choice } from "./vote.ts";

/**
 * Asks all ballots of a comparison's vote, from the first that is not judged yet.
 *
 * @param over Called when all are judged, or the reader has enough.
 */
export function voting(comparison: Comparison, over: () => void): HTMLElement {
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
      button(label, () => {
        vote.choices.push(choice);
        ask();
      });
    const side = (name: string, cell: number): HTMLElement => {
      const answer = cells[cell]!.answer!;
      const text = h("details", {}, h("summary", {}, "Text"), h("pre", {}, answer.text));
      return h(
        "section",
        { "aria-label": name },
        h("p", { "aria-hidden": "true" }, name),
        ...shown(answer, `${name} drawing`),
        text,
      );
    };
    const number = `Question ${vote.choices.length + 1} of ${vote.ballots.length}`;
    const title = h(
      "p",
      { class: "quantlab-compare-question", tabindex: -1 },
      `${number}: which is the better answer to `,
      h("q", {}, plan.prompts[cells[ballot.left]!.prompt]!),
      "?",
    );
    element.replaceChildren(
      title,
      h("div", { class: "quantlab-compare-seats" }, side("Left", ballot.left), side("Right", ballot.right)),
      h(
        "p",
        { class: "quantlab-chat-actions" },
        judge("Left is better", "left"),
        judge("No difference", null),
        judge("Right is better", "right"),
        button("End the vote", end),
      ),
    );
    // The buttons are new ones each time: the keyboard goes on from the question, which is read out with the focus.
    if (element.isConnected) title.focus();
  };
  ask();
  return element;
}
