/** The blind vote: two answers, no names, three buttons. */
import { around, button, h } from "../../ui/dom.ts";
import type { Comparison } from "./comparison.ts";
import { shown } from "./grid.ts";
import { t } from "./texts.ts";
import type { Choice } from "./vote.ts";

/**
 * Asks all ballots of a comparison's vote, from the first that is not judged yet.
 *
 * @param over Called when all are judged, or the reader has enough.
 */
export function voting(comparison: Comparison, over: () => void): HTMLElement {
  const vote = comparison.vote!;
  const element = h("section", { class: "quantlab-compare-vote", "aria-label": t("blind_vote") });
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
    const side = (which: "left" | "right", cell: number): HTMLElement => {
      const answer = cells[cell]!.answer!;
      const text = h("details", {}, h("summary", {}, t("text")), h("pre", {}, answer.text));
      return h(
        "section",
        { "aria-label": t(which) },
        h("p", { "aria-hidden": "true" }, t(which)),
        ...shown(answer, t(`${which}_drawing`)),
        text,
      );
    };
    const place = { number: vote.choices.length + 1, all: vote.ballots.length };
    const title = h(
      "p",
      { class: "quantlab-compare-question", tabindex: -1 },
      ...around((prompt) => t("question", { ...place, prompt }), h("q", {}, plan.prompts[cells[ballot.left]!.prompt]!)),
    );
    element.replaceChildren(
      title,
      h("div", { class: "quantlab-compare-seats" }, side("left", ballot.left), side("right", ballot.right)),
      h(
        "p",
        { class: "quantlab-chat-actions" },
        judge(t("left_better"), "left"),
        judge(t("no_difference"), null),
        judge(t("right_better"), "right"),
        button(t("end_vote"), end),
      ),
    );
    // The buttons are new ones each time: the keyboard goes on from the question, which is read out with the focus.
    if (element.isConnected) title.focus();
  };
  ask();
  return element;
}
