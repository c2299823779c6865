/** The form of a comparison: which prompts, which models, how many answers. */
import type { ChatContext } from "../panel.ts";
import { EndpointError } from "../wire.ts";
import { h } from "./dom.ts";
import { count } from "./format.ts";
import type { Plan } from "./run.ts";

const MOST_SEEDS = 50;

export class PlanForm {
  readonly element: HTMLFormElement;
  readonly #context: ChatContext;
  readonly #prompts = h("div", { class: "quantlab-compare-prompts" });
  readonly #models = h("div", { class: "quantlab-compare-models" });
  readonly #seeds = h("input", { type: "number", name: "seeds", min: 1, max: MOST_SEEDS, value: 5, required: true, inputmode: "numeric" });
  readonly #hide = h("input", { type: "checkbox", name: "hide" });
  readonly #outlook = h("p", { class: "quantlab-compare-outlook" });
  readonly #start = h("button", { type: "submit" });
  readonly #trouble = h("div", { class: "quantlab-compare-trouble" });

  /** @param submit Called with what is to be compared, and whether the answers are to be kept back until a vote. */
  constructor(context: ChatContext, submit: (plan: Plan, isHidden: boolean) => Promise<void>) {
    this.#context = context;
    const presets = h(
      "select",
      { "aria-label": "Take a preset prompt", onchange: (event) => this.#onPreset(event.target as HTMLSelectElement) },
      h("option", { value: "" }, "Take a preset prompt …"),
      ...context.prompts.map((prompt) => h("option", { value: prompt }, prompt)),
    );
    const add = h("button", { type: "button", onclick: () => this.#addPrompt("").focus() }, "Add a prompt");
    const ask = h("button", { type: "button", onclick: () => void this.#onAsk() }, "Ask the server for its models");
    this.element = h(
      "form",
      {
        class: "quantlab-compare-form",
        autocomplete: "off",
        oninput: () => this.#look(),
        // The reader may have changed the chat's settings, or its server, since.
        onfocusin: () => this.refresh(),
        onsubmit: (event) => {
          event.preventDefault();
          void this.#onSubmit(submit);
        },
      },
      h("fieldset", {}, h("legend", {}, "Prompts"), this.#prompts, h("p", { class: "quantlab-compare-buttons" }, context.prompts.length ? presets : null, add)),
      h("fieldset", {}, h("legend", {}, "Models"), this.#models, h("p", { class: "quantlab-compare-buttons" }, ask)),
      h("label", { class: "quantlab-compare-field" }, h("span", {}, "Answers of each model to each prompt"), this.#seeds),
      h("label", { class: "quantlab-compare-check" }, this.#hide, " Keep the answers back until I have voted blind"),
      this.#outlook,
      h("p", { class: "quantlab-compare-buttons" }, this.#start),
      this.#trouble,
    );
    this.#addPrompt(context.prompts[0] ?? "");
    this.refresh();
    this.allow(true, false);
  }

  /** @param hasAnswers A start would put away answers that are there. */
  allow(isAllowed: boolean, hasAnswers: boolean): void {
    this.#start.disabled = !isAllowed;
    this.#start.textContent = hasAnswers ? "Start anew, without these answers" : "Start";
  }

  /** Brings what is shown of the chat around it up to date. */
  refresh(): void {
    this.#offer();
    this.#look();
  }

  #addPrompt(text: string): HTMLTextAreaElement {
    const area = h("textarea", { rows: 2, "aria-label": `Prompt ${this.#prompts.children.length + 1}` });
    area.value = text;
    const remove = h("button", { type: "button", "aria-label": "Remove this prompt" }, "×");
    const row = h("div", {}, area, remove);
    remove.addEventListener("click", () => {
      row.remove();
      const areas = this.#areas();
      if (!areas.length) this.#addPrompt("");
      areas.forEach((other, i) => other.setAttribute("aria-label", `Prompt ${i + 1}`));
      this.#areas()[0]!.focus();
      this.#look();
    });
    this.#prompts.append(row);
    return area;
  }

  #areas(): HTMLTextAreaElement[] {
    return [...this.#prompts.querySelectorAll("textarea")];
  }

  #onPreset(select: HTMLSelectElement): void {
    const free = this.#areas().find(({ value }) => !value.trim()) ?? this.#addPrompt("");
    free.value = select.value;
    select.value = "";
    this.#look();
  }

  /** Shows the models there are to choose from, once more when the chat may have heard of others. */
  #offer(): void {
    const shown = [...this.#models.querySelectorAll("input")];
    const choices = this.#context.models();
    if (choices.map(({ model }) => model).join("\n") === shown.map(({ value }) => value).join("\n") && shown.length) return;
    const chosen = new Set(shown.filter(({ checked }) => checked).map(({ value }) => value));
    this.#models.replaceChildren(
      ...choices.map(({ model, label, note }, i) => {
        const input = h("input", { type: "checkbox", name: "model", value: model });
        // The author's first two models are what the lab is about.
        input.checked = shown.length ? chosen.has(model) : i < 2;
        return h("label", { class: "quantlab-compare-check" }, input, ` ${label}`, note ? h("small", {}, ` ${note}`) : null);
      }),
    );
    if (!choices.length) this.#models.append(h("p", {}, "No models are known yet."));
  }

  async #onAsk(): Promise<void> {
    this.#trouble.replaceChildren();
    try {
      await this.#context.offered();
      this.refresh();
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      this.#context.explain(this.#trouble, error);
    }
  }

  #plan(): Plan {
    const { seed, ...settings } = this.#context.settings();
    const seeds = Math.min(MOST_SEEDS, Math.max(1, Math.round(this.#seeds.valueAsNumber) || 1));
    return {
      prompts: this.#areas().map(({ value }) => value.trim()).filter(Boolean),
      system: this.#context.system,
      models: [...this.#models.querySelectorAll("input")].filter(({ checked }) => checked).map(({ value }) => value),
      seeds: Array.from({ length: seeds }, (_, i) => seed + i),
      settings,
    };
  }

  /** Says what a start would do, and what would be wrong with it. */
  #look(): void {
    const { prompts, models, seeds, settings } = this.#plan();
    const answers = models.length * (prompts.length * seeds.length + 1);
    const sentences = [
      `${count(models.length, "model")} × ${count(prompts.length, "prompt")} × ${count(seeds.length, "seed")}, and one answer of each model twice as a control: ` +
        `${count(answers, "answer")}, one after the other, at temperature ${settings.temperature}, top-p ${settings.topP}, of at most ${settings.maxTokens} tokens.`,
      settings.temperature === 0 && seeds.length > 1 && "At temperature 0 a seed changes nothing: all answers of a model would be the same. Raise the temperature in the chat's settings.",
      seeds.length === 1 && "One answer of each model: nothing can be concluded from them.",
    ];
    this.#outlook.textContent = sentences.filter(Boolean).join(" ");
  }

  async #onSubmit(submit: (plan: Plan, isHidden: boolean) => Promise<void>): Promise<void> {
    const plan = this.#plan();
    this.#trouble.replaceChildren();
    if (!plan.prompts.length) return this.#refuse("Write a prompt first.", this.#areas()[0]);
    if (!plan.models.length) return this.#refuse("Choose at least one model; two, to compare them.", this.#models.querySelector("input"));
    try {
      await submit(plan, this.#hide.checked);
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      this.#context.explain(this.#trouble, error);
    }
  }

  #refuse(text: string, at: HTMLElement | null | undefined): void {
    this.#trouble.replaceChildren(h("p", { role: "alert" }, text));
    at?.focus();
  }
}
