/** The comparison's part of the chat: what to compare, how the run goes, and what came of it. */
import type { ChatContext, Panel } from "../panel.ts";
import { voting } from "./ballot.ts";
import { partingForm } from "./candidates.ts";
import { Comparison, MOST_PAIRS } from "./comparison.ts";
import { h, wide } from "./dom.ts";
import { findings, voted, WARNING, type Table } from "./findings.ts";
import { toJson, toMarkdown } from "./export.ts";
import { PlanForm } from "./form.ts";
import { count, duration } from "./format.ts";
import { Grid } from "./grid.ts";
import { inspect } from "./picture.ts";
import { Run, type Plan } from "./run.ts";

/** The chat's memory has the comparison under this name. */
const MEMORY = "compare";

export const mountCompare: Panel = (section, context) => {
  const view = new View(section, context);
  return () => view.leave();
};

class View {
  readonly #context: ChatContext;
  readonly #form: PlanForm;
  readonly #left = new AbortController();
  #comparison: Comparison | undefined;
  #grid: Grid | undefined;

  readonly #status = h("p", { class: "quantlab-compare-status" });
  readonly #bar = h("progress", { "aria-label": "Answers that are there" });
  readonly #pause = h("button", { type: "button", onclick: () => this.#onPause() }, "Pause");
  readonly #stop = h("button", { type: "button", onclick: () => this.#onStop() }, "Stop");
  readonly #leaveOut = h("button", { type: "button", hidden: true, onclick: () => void this.#go((run) => run.leaveOut()) }, "Leave that answer out");
  readonly #running = h("div", { class: "quantlab-compare-run", hidden: true }, this.#bar, this.#status, h("p", { class: "quantlab-compare-buttons" }, this.#pause, this.#stop, this.#leaveOut));
  readonly #results = h("div", { class: "quantlab-compare-results" });

  constructor(section: HTMLElement, context: ChatContext) {
    this.#context = context;
    this.#form = new PlanForm(context, (plan, isHidden) => this.#begin(plan, isHidden));
    const details = h("details", {}, h("summary", {}, "Compare models"), h("p", { class: "quantlab-compare-warning" }, WARNING), this.#form.element, this.#running, this.#results);
    section.classList.add("quantlab-compare");
    section.append(details);
    this.#comparison = context.memory.get(MEMORY) as Comparison | undefined;
    if (!this.#comparison) return;
    details.open = true;
    this.#attach();
  }

  /** The element leaves the page: what is being written is given up, what is there stays in memory. */
  leave(): void {
    this.#left.abort();
    if (!this.#comparison) return;
    this.#comparison.run.changed = () => {};
    this.#comparison.run.stop();
  }

  /** @throws EndpointError */
  async #begin(plan: Plan, isHidden: boolean): Promise<void> {
    this.#form.allow(false, false);
    try {
      const endpoint = await this.#context.endpoint();
      const names = new Map(this.#context.models().map(({ model, label }) => [model, label]));
      const labels = plan.models.map((model) => names.get(model) ?? model);
      const cards = await Promise.all(plan.models.map((model) => endpoint.show(model, this.#left.signal).catch(() => null)));
      this.#comparison = new Comparison(new Run(plan, endpoint), labels, cards, isHidden, inspect);
    } finally {
      this.#form.allow(true, this.#comparison !== undefined);
    }
    this.#context.memory.set(MEMORY, this.#comparison);
    this.#attach();
    this.#pause.focus();
    await this.#go((run) => run.go());
  }

  /** Shows the comparison that there is. */
  #attach(): void {
    const { run } = this.#comparison!;
    run.changed = (cell) => {
      if (cell) this.#grid?.show(cell);
      // Text arrives many times a second; what else is shown changes with an answer.
      if (!cell || cell.state !== "running") this.#progress();
    };
    this.#running.hidden = false;
    this.#progress();
    this.#show();
  }

  async #go(act: (run: Run) => Promise<void>): Promise<void> {
    const { run } = this.#comparison!;
    await this.#context.alone(() => act(run));
    if (this.#comparison?.run !== run) return;
    this.#show();
    this.#context.announce(this.#status.textContent!);
  }

  #onPause(): void {
    const { run } = this.#comparison!;
    if (run.state === "running") run.pause();
    else if (run.state === "pausing") void run.go();
    else void this.#go(() => run.go());
  }

  #onStop(): void {
    this.#comparison!.run.stop();
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
    const rest = left === undefined ? "No estimate before the first answer." : `About ${duration(left)} left, going by ${count(done, "answer")} so far.`;
    const now =
      run.warming !== undefined
        ? `Getting ${labels[run.warming]} into memory.`
        : cell
          ? `${labels[cell.model]} writes answer ${done + 1} of ${all}${cell.isControl ? ", a control" : ""}.`
          : "";
    const texts: Record<typeof run.state, string> = {
      ready: "",
      running: `${now} ${rest}`,
      pausing: `Pausing after this answer. ${now}`,
      paused: `Paused: ${done} of ${all} answers are there.`,
      stopped: `Stopped: ${done} of ${all} answers are there, and stay.`,
      failed: `Interrupted: ${done} of ${all} answers are there, and stay. ${run.problem?.message ?? ""}`,
      done: `Done: ${count(done, "answer")}.`,
    };
    this.#status.textContent = texts[run.state];
    const isBusy = run.state === "running" || run.state === "pausing";
    this.#pause.textContent = run.state === "running" ? "Pause" : "Continue";
    this.#pause.hidden = run.state === "done";
    this.#stop.hidden = !isBusy;
    this.#leaveOut.hidden = run.state !== "failed";
    this.#form.allow(!isBusy, done > 0);
  }

  // What came of it

  /** Shows what there is to see now, while a vote nothing but the vote. */
  #show(): void {
    const comparison = this.#comparison!;
    const { run, vote } = comparison;
    const isBusy = run.state === "running" || run.state === "pausing";
    this.#grid = undefined;
    if (vote && !vote.isOver) {
      const over = (): void => {
        comparison.isHidden = false;
        this.#show();
        this.#results.querySelector<HTMLElement>(".quantlab-compare-voted")?.focus();
        this.#context.announce(voted(comparison).join(" "));
      };
      this.#results.replaceChildren();
      this.#results.append(voting(comparison, this.#context, over));
      return;
    }
    if (comparison.isHidden) {
      const reveal = (): void => {
        comparison.isHidden = false;
        this.#show();
      };
      this.#results.replaceChildren(
        h("p", {}, "The answers are kept back until the vote."),
        isBusy ? "" : this.#voteButton(),
        isBusy ? "" : h("button", { type: "button", onclick: reveal }, "Show the answers without a vote"),
      );
      return;
    }
    comparison.wasSeen = true;
    this.#grid = new Grid(comparison, this.#context);
    this.#results.replaceChildren(this.#grid.element);
    if (!isBusy) this.#results.append(...this.#findings());
  }

  #voteButton(): HTMLElement {
    const comparison = this.#comparison!;
    const pairs = Math.min(MOST_PAIRS, comparison.pairs().length);
    if (!pairs) return h("p", {}, "There are no two different answers to one prompt and seed to vote on.");
    const begin = (): void => {
      comparison.beginVote(crypto.getRandomValues(new Uint32Array(1))[0]!);
      this.#show();
      this.#results.querySelector<HTMLElement>(".quantlab-compare-question")?.focus();
    };
    return h("button", { type: "button", onclick: begin }, `Vote blind: ${count(pairs, "pair")}, each from both seats`);
  }

  #findings(): (Node | string)[] {
    const comparison = this.#comparison!;
    const { tables, sentences } = findings(comparison);
    const save = (name: string, type: string, text: () => string): HTMLElement =>
      h("button", { type: "button", onclick: () => download(name, type, text()) }, `Save as ${type === "application/json" ? "JSON" : "Markdown"}`);
    const result = voted(comparison);
    return [
      ...tables.map((each) => wide(each.caption, tabled(each))),
      ...sentences.map((sentence) => h("p", { class: "quantlab-compare-sentence" }, sentence)),
      h("h4", {}, "Blind vote"),
      result.length ? h("div", { class: "quantlab-compare-voted", tabindex: -1 }, ...result.map((sentence) => h("p", {}, sentence))) : "",
      h("p", { class: "quantlab-compare-buttons" }, this.#voteButton()),
      h("h4", {}, "Where two models part"),
      partingForm(comparison, this.#context, this.#left.signal),
      h("h4", {}, "Save the comparison"),
      h("p", { class: "quantlab-compare-buttons" }, save("comparison.json", "application/json", () => toJson(comparison)), save("comparison.md", "text/markdown", () => toMarkdown(comparison))),
    ];
  }
}

function tabled({ caption, head, rows }: Table): HTMLElement {
  return h(
    "table",
    { class: "quantlab-compare-table" },
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, ...head.map((cell) => h("th", { scope: "col" }, cell)))),
    h("tbody", {}, ...rows.map(([name, ...cells]) => h("tr", {}, h("th", { scope: "row" }, name!), ...cells.map((cell) => h("td", {}, cell))))),
  );
}

function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h("a", { href: url, download: name }).click();
  // The browser has it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
