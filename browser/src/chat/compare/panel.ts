/** The comparison's part of the chat: what to compare, how the run goes, and what came of it. */
import { button, h } from "../../ui/dom.ts";
import { save } from "../../ui/save.ts";
import { MEMORY, type MountComparison } from "../comparing.ts";
import type { ChatContext } from "../panel.ts";
import { tabled } from "../table.ts";
import { t as chat } from "../texts.ts";
import { voting } from "./ballot.ts";
import { partingForm } from "./candidates.ts";
import { Comparison, MOST_PAIRS } from "./comparison.ts";
import { toCsv, toData, toMarkdown } from "./export.ts";
import { findings, voted } from "./findings.ts";
import { PlanForm } from "./form.ts";
import { duration } from "./format.ts";
import { Grid } from "./grid.ts";
import { markAll } from "./marks.ts";
import { judgeAll } from "./verdicts.ts";
import { inspect } from "./picture.ts";
import { Run, type Cell, type Plan } from "./run.ts";
import { trustedHtml } from "../../ui/trusted.ts";
import { t } from "./texts.ts";

export const mountCompare: MountComparison = (details, context) => {
  const view = new View(details, context);
  return () => view.leave();
};

class View {
  readonly #context: ChatContext;
  readonly #form: PlanForm;
  readonly #left = new AbortController();
  #comparison: Comparison | undefined;
  #grid: Grid | undefined;

  readonly #bar = h("progress", { "aria-label": t("answers_there") });
  readonly #status = h("p", { class: "quantlab-compare-status" });
  readonly #pause = button(t("pause"), () => this.#onPause());
  readonly #stop = button(chat("stop"), () => this.#onStop());
  readonly #leaveOut = button("", () => this.#go((run) => run.leaveOut()));
  readonly #trouble = h("div");
  readonly #running = h(
    "div",
    { hidden: true },
    this.#bar,
    this.#status,
    this.#trouble,
    h("p", { class: "quantlab-chat-actions" }, this.#pause, this.#stop, this.#leaveOut),
  );
  /** The cell that changed last. */
  #writing: Cell | undefined;
  /** How many answers there were when they were last marked. */
  #markedAt = 0;
  /** The answers stay as they are while findings come and go: what was opened stays open. */
  readonly #answers = h("div");
  /** What the answers' marks add to: it is made anew when they are there, and nothing else is, for the reader may be at work in it. */
  readonly #figures = h("div");
  readonly #outcome = h("div");
  readonly #results = h("div", { class: "quantlab-compare-results" }, this.#answers, this.#outcome);

  constructor(details: HTMLDetailsElement, context: ChatContext) {
    this.#context = context;
    this.#form = new PlanForm(context, (plan, isHidden) => this.#begin(plan, isHidden));
    details.addEventListener("toggle", () => this.#form.refresh(), { signal: this.#left.signal });
    details.append(
      h("p", { class: "quantlab-compare-warning" }, t("warning")),
      this.#form.element,
      this.#running,
      this.#results,
    );
    this.#comparison = context.memory.get(MEMORY) as Comparison | undefined;
    if (this.#comparison) this.#attach();
  }

  /** The element leaves the page. A run goes on, and is there when the reader comes back. */
  leave(): void {
    this.#left.abort();
    if (this.#comparison) this.#comparison.run.changed = () => {};
  }

  /** @throws EndpointError */
  async #begin(plan: Plan, isHidden: boolean): Promise<void> {
    this.#form.allow(false, false);
    try {
      const endpoint = await this.#context.endpoint();
      // What a server does not tell is not needed to compare its answers.
      const cards = await Promise.all(plan.models.map((model) => endpoint.show(model).catch(() => null)));
      const names = new Map(this.#context.models().map(({ model, label }) => [model, label]));
      const labels = plan.models.map((model) => names.get(model) ?? model);
      this.#comparison = new Comparison(new Run(plan, endpoint), labels, cards, isHidden, inspect);
    } finally {
      this.#form.allow(true, this.#comparison !== undefined);
    }
    this.#context.memory.set(MEMORY, this.#comparison);
    this.#attach();
    this.#pause.focus();
    this.#go((run) => run.go());
  }

  // The run

  /** Shows the comparison that there is, and from now on what changes in it. */
  #attach(): void {
    const { run } = this.#comparison!;
    let isResting = run.isResting;
    run.changed = (cell) => {
      if (cell) this.#grid?.show(cell);
      // Text arrives many times a second; what else is shown changes with an answer.
      if (cell?.state !== "running" || cell !== this.#writing) this.#progress();
      this.#writing = cell;
      if (run.isResting === isResting) return;
      isResting = run.isResting;
      this.#explain();
      this.#show();
      if (isResting) this.#context.announce(this.#status.textContent!);
    };
    this.#running.hidden = false;
    this.#markedAt = 0;
    this.#grid = undefined;
    this.#progress();
    this.#explain();
    this.#show();
  }

  /** Says why the run was interrupted, if it was. */
  #explain(): void {
    const { state, problem, cells, plan } = this.#comparison!.run;
    const failed = cells.find((cell) => cell.state === "failed");
    this.#trouble.replaceChildren();
    if (state === "failed" && problem && failed)
      this.#context.explain(this.#trouble, problem, plan.models[failed.model]);
  }

  #go(act: (run: Run) => Promise<void>): void {
    const { run } = this.#comparison!;
    // Until it is its turn, it is not to be started once more.
    const buttons = [this.#pause, this.#leaveOut];
    for (const button of buttons) button.disabled = true;
    void this.#context.alone(() => {
      for (const button of buttons) button.disabled = false;
      return act(run);
    });
  }

  #onPause(): void {
    const { run } = this.#comparison!;
    if (run.state === "running") run.pause();
    else if (run.state === "pausing") void run.go();
    else this.#go((run) => run.go());
  }

  #onStop(): void {
    this.#comparison!.run.stop();
    // This button goes.
    this.#pause.focus();
  }

  /** How the run goes, in the bar, the sentence and the buttons. */
  #progress(): void {
    const { run, labels } = this.#comparison!;
    const { done, all } = run.progress;
    this.#bar.max = all;
    this.#bar.value = done;
    const cell = run.cells.find(({ state }) => state === "running");
    const left = run.timeLeft;
    const rest = left === undefined ? t("no_estimate") : t("time_left", { time: duration(left), count: done });
    const now =
      run.warming !== undefined
        ? t(run.endpoint.kind === "browser" ? "page_loads" : "server_loads", { model: labels[run.warming]! })
        : cell
          ? t(cell.isControl ? "writes_control" : "writes", { model: labels[cell.model]!, number: done + 1, all })
          : t("waiting_for_chat");
    const texts: Record<Run["state"], string> = {
      ready: now,
      running: `${now} ${rest}`,
      pausing: `${t("pausing")} ${now}`,
      paused: t("paused", { done, all }),
      stopped: t("stopped", { done, all }),
      failed: t("interrupted", { done, all }),
      done: t("done", { count: done }),
    };
    this.#status.textContent = texts[run.state];
    this.#pause.textContent = t(run.state === "running" ? "pause" : "continue");
    this.#pause.hidden = run.state === "done" || run.state === "ready";
    this.#stop.hidden = run.isResting || run.state === "ready";
    this.#leaveOut.hidden = run.state !== "failed";
    this.#leaveOut.textContent = t(run.lacksModel ? "without_model" : "without_answer");
    this.#form.allow(run.isResting, done > 0);
  }

  // What came of it

  /** Shows what there is to see now; while a vote is on, nothing but the vote. */
  #show(): void {
    const comparison = this.#comparison!;
    const { run, vote } = comparison;
    const isVoting = vote !== undefined && !vote.isOver;
    if (isVoting || comparison.isHidden) {
      this.#grid = undefined;
      this.#answers.replaceChildren();
      this.#outcome.replaceChildren(...(isVoting ? [voting(comparison, () => this.#onVoted())] : this.#invitation()));
      return;
    }
    comparison.wasSeen = true;
    if (!this.#grid) {
      this.#grid = new Grid(comparison);
      this.#answers.replaceChildren(this.#grid.element);
    }
    this.#outcome.replaceChildren(...(run.isResting ? this.#findings() : []));
    if (run.isResting) void this.#mark(comparison);
  }

  /** Judges what was answered, and marks what was drawn, since that was last done; and shows it. */
  async #mark(comparison: Comparison): Promise<void> {
    const { run } = comparison;
    const done = run.progress.done;
    if (this.#markedAt === done) return;
    this.#markedAt = done;
    const judged = await judgeAll(comparison, this.#context.judge);
    const marked = await markAll(comparison, this.#context.marker);
    if (
      (!judged && !marked) ||
      this.#left.signal.aborted ||
      this.#comparison !== comparison ||
      run.progress.done !== done
    )
      return;
    comparison.judged = judged;
    comparison.marked = marked;
    for (const cell of run.cells)
      if (judged?.verdicts.has(cell.answer!) || marked?.markings.has(cell.answer!)) this.#grid?.show(cell);
    if (run.isResting && this.#grid) this.#showFigures();
  }

  #invitation(): HTMLElement[] {
    const kept = h("p", {}, t("kept_back"));
    if (!this.#comparison!.run.isResting) return [kept];
    return [
      kept,
      h(
        "p",
        { class: "quantlab-chat-actions" },
        this.#voteButton(),
        button(t("show_answers"), () => this.#reveal()),
      ),
    ];
  }

  #reveal(): void {
    this.#comparison!.isHidden = false;
    this.#show();
    this.#pause.focus();
  }

  #onVoted(): void {
    this.#comparison!.isHidden = false;
    this.#show();
    this.#results.querySelector<HTMLElement>(".quantlab-compare-voted")?.focus();
    this.#context.announce(voted(this.#comparison!).join(" "));
  }

  #voteButton(): HTMLElement {
    const comparison = this.#comparison!;
    const pairs = Math.min(MOST_PAIRS, comparison.pairs().length);
    if (!pairs) return h("p", {}, t("no_pairs"));
    return button(t("vote", { count: pairs }), () => {
      comparison.beginVote(crypto.getRandomValues(new Uint32Array(1))[0]!);
      this.#show();
      this.#results.querySelector<HTMLElement>(".quantlab-compare-question")?.focus();
    });
  }

  #findings(): HTMLElement[] {
    const comparison = this.#comparison!;
    const result = voted(comparison);
    this.#showFigures();
    return [
      this.#figures,
      h("h4", {}, t("blind_vote")),
      h("div", { class: "quantlab-compare-voted", tabindex: -1 }, ...result.map((sentence) => h("p", {}, sentence))),
      h("p", { class: "quantlab-chat-actions" }, this.#voteButton()),
      h("h4", {}, t("parting")),
      partingForm(comparison, this.#context, this.#left.signal),
      h("h4", {}, t("as_file")),
      h(
        "p",
        { class: "quantlab-chat-actions" },
        button(chat("save_markdown"), () => save("comparison.md", "text/markdown", toMarkdown(comparison))),
        button(chat("save_json"), () =>
          save("comparison.json", "application/json", `${JSON.stringify(toData(comparison), null, 2)}\n`),
        ),
        button(t("save_csv"), () => save("comparison.csv", "text/csv", toCsv(comparison))),
      ),
    ];
  }

  #showFigures(): void {
    const { tables, sentences } = findings(this.#comparison!);
    this.#figures.replaceChildren(
      ...tables.map(tabled),
      ...sentences.map((sentence) => h("p", {}, sentence)),
      ...this.#curve(),
    );
  }

  /** The reader's own curve, drawn by the engine. */
  #curve(): HTMLElement[] {
    const html = this.#comparison!.marked?.curve?.html;
    if (!html) return [];
    const picture = h("div", { class: "quantlab-compare-curve" });
    picture.innerHTML = trustedHtml(html);
    return [h("h4", {}, t("curve")), picture];
  }
}
