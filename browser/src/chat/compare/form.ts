/** The form of a comparison: which prompts, which models, how many answers. */
import { isReadable, numberField, showValue, valueOf } from "../../ui/numbers.ts";
import { button, h, labelled } from "../../ui/dom.ts";
import type { ChatContext } from "../panel.ts";
import { EndpointError } from "../wire.ts";
import { volume } from "../../ui/volume.ts";
import type { Plan } from "./run.ts";
import { t } from "./texts.ts";

const MOST_SEEDS = 50;

export class PlanForm {
  readonly element: HTMLFormElement;
  readonly #context: ChatContext;
  readonly #prompts = h("div");
  readonly #models = h("div", { class: "quantlab-compare-models" });
  readonly #ask = button(t("ask_models"), () => void this.#onAsk());
  readonly #seeds = h("input", {
    type: "number",
    name: "seeds",
    min: 1,
    max: MOST_SEEDS,
    step: 1,
    value: 6,
    required: true,
  });
  readonly #hide = h("input", { type: "checkbox", name: "hide" });
  readonly #outlook = h("p", { class: "quantlab-compare-outlook" });
  readonly #start = h("button", { type: "submit" });
  #isAllowed = true;
  readonly #trouble = h("div");

  /** @param submit Called with what is to be compared, and whether the answers are to be kept back until a vote. */
  constructor(context: ChatContext, submit: (plan: Plan, isHidden: boolean) => Promise<void>) {
    this.#context = context;
    numberField(this.#seeds);
    // What is shown is what is asked for.
    this.#seeds.addEventListener("change", () => showValue(this.#seeds, String(this.#plan().seeds.length)));
    const presets = h(
      "select",
      { "aria-label": t("preset"), change: () => this.#take(presets) },
      h("option", { value: "" }, t("presets")),
      ...context.prompts.map((prompt) => h("option", { value: prompt }, prompt)),
    );
    this.element = h(
      "form",
      {
        class: "quantlab-form",
        autocomplete: "off",
        input: () => this.#look(),
        // The reader may have changed the chat's settings, or its server, since.
        focusin: () => this.refresh(),
        submit: (event) => {
          event.preventDefault();
          void this.#onSubmit(submit);
        },
      },
      h(
        "fieldset",
        {},
        h("legend", {}, t("prompts")),
        this.#prompts,
        h(
          "p",
          { class: "quantlab-chat-actions" },
          presets,
          button(t("add_prompt"), () => this.#addPrompt("").focus()),
        ),
      ),
      h(
        "fieldset",
        {},
        h("legend", {}, t("models")),
        this.#models,
        h("p", { class: "quantlab-chat-actions" }, this.#ask),
      ),
      labelled(t("answers_each"), this.#seeds),
      h("label", { class: "quantlab-compare-check" }, this.#hide, t("keep_back")),
      this.#outlook,
      h("p", { class: "quantlab-chat-actions" }, this.#start),
      this.#trouble,
    );
    this.#addPrompt(context.prompts[0] ?? "");
    this.refresh();
    this.allow(true, false);
  }

  /** @param hasAnswers A start would put away answers that are there. */
  allow(isAllowed: boolean, hasAnswers: boolean): void {
    this.#isAllowed = isAllowed;
    this.#start.disabled = !isAllowed || this.#context.lack() !== undefined;
    this.#start.textContent = t(hasAnswers ? "start_anew" : "start");
  }

  /** Brings what is shown of the chat around it up to date. */
  refresh(): void {
    this.#offer();
    this.#look();
  }

  #areas(): HTMLTextAreaElement[] {
    return [...this.#prompts.querySelectorAll("textarea")];
  }

  /** The field for the rule of a prompt. */
  #ruleOf(area: HTMLTextAreaElement): HTMLInputElement {
    return area.parentElement!.querySelector("input")!;
  }

  #addPrompt(text: string): HTMLTextAreaElement {
    const area = h("textarea", { rows: 2 });
    const rule = h("input", { type: "text", spellcheck: false, placeholder: t("rule_hint") });
    area.value = text;
    rule.value = this.#context.judge.ruleOf(text);
    const remove = button("×", () => {
      row.remove();
      if (!this.#areas().length) this.#addPrompt("");
      this.#number();
      this.#areas()[0]!.focus();
    });
    const row = h("div", { class: "quantlab-compare-prompt" }, area, remove, labelled("", rule));
    this.#prompts.append(row);
    this.#number();
    return area;
  }

  /** Names the prompts by their places. */
  #number(): void {
    this.#areas().forEach((area, i) => {
      area.setAttribute("aria-label", t("prompt_number", { number: i + 1 }));
      this.#ruleOf(area).previousElementSibling!.textContent = t("rule_number", { number: i + 1 });
      area.nextElementSibling!.setAttribute("aria-label", t("remove_prompt", { number: i + 1 }));
    });
    this.#look();
  }

  #take(presets: HTMLSelectElement): void {
    const area = this.#areas().find(({ value }) => !value.trim()) ?? this.#addPrompt("");
    area.value = presets.value;
    this.#ruleOf(area).value = this.#context.judge.ruleOf(presets.value);
    presets.value = "";
    this.#look();
  }

  /** Shows the models there are to choose from, anew where the chat has heard of others. */
  #offer(): void {
    this.#ask.hidden = this.#context.isInPage();
    const shown = [...this.#models.querySelectorAll("input")];
    const choices = this.#context.models();
    if (choices.length && choices.map(({ model }) => model).join("\n") === shown.map(({ value }) => value).join("\n"))
      return;
    const chosen = new Set(shown.filter(({ checked }) => checked).map(({ value }) => value));
    this.#models.replaceChildren(
      ...choices.map(({ model, label, note }, i) => {
        const input = h("input", { type: "checkbox", name: "model", value: model });
        // The author's first two models are what the lab is about.
        input.checked = shown.length ? chosen.has(model) : i < 2;
        return h("label", { class: "quantlab-compare-check" }, input, label, note ? h("small", {}, note) : undefined);
      }),
    );
    if (!choices.length) this.#models.append(h("p", { class: "quantlab-chat-note" }, t("no_models")));
  }

  async #onAsk(): Promise<void> {
    this.#trouble.replaceChildren();
    try {
      await this.#context.offered();
      this.refresh();
    } catch (error) {
      this.#explain(error);
    }
  }

  #plan(): Plan {
    const { seed, ...settings } = this.#context.settings();
    const seeds = Math.min(
      MOST_SEEDS,
      Math.max(1, Math.round(Number(isReadable(this.#seeds) ? valueOf(this.#seeds) : 1)) || 1),
    );
    const areas = this.#areas().filter(({ value }) => value.trim());
    const rules = areas.map((area) => this.#ruleOf(area).value.trim());
    return {
      prompts: areas.map(({ value }) => value.trim()),
      ...(rules.some(Boolean) ? { rules } : {}),
      system: this.#context.system(),
      models: [...this.#models.querySelectorAll("input")].filter(({ checked }) => checked).map(({ value }) => value),
      seeds: Array.from({ length: seeds }, (_, i) => seed + i),
      settings,
    };
  }

  /** Says what a start would do, and what it could not show. */
  #look(): void {
    const { prompts, models, seeds, settings } = this.#plan();
    const answers = models.length * (prompts.length * seeds.length + 1);
    const lack = this.#context.lack();
    this.#start.disabled = !this.#isAllowed || lack !== undefined;
    const toFetch = models.length && !lack ? this.#context.toFetch(models) : 0;
    const sentences = [
      t("outlook", {
        models: t("n_models", { count: models.length }),
        prompts: t("n_prompts", { count: prompts.length }),
        seeds: t("n_seeds", { count: seeds.length }),
        answers: t("n_answers", { count: answers }),
        temperature: settings.temperature,
        top_p: settings.topP,
        tokens: settings.maxTokens,
      }),
      settings.temperature === 0 && seeds.length > 1 && t("temperature_zero"),
      seeds.length === 1 && t("one_answer"),
      toFetch && t("to_fetch", { size: volume(toFetch) }),
      lack,
    ];
    this.#outlook.textContent = sentences.filter(Boolean).join(" ");
  }

  async #onSubmit(submit: (plan: Plan, isHidden: boolean) => Promise<void>): Promise<void> {
    const plan = this.#plan();
    this.#trouble.replaceChildren();
    if (!plan.prompts.length) return this.#refuse(t("write_prompt"), this.#areas()[0]);
    const boxes = this.#models.querySelectorAll("input");
    if (!boxes.length) return this.#refuse(t("no_models_ask"), this.#ask);
    if (!plan.models.length) return this.#refuse(t("choose_model"), boxes[0]);
    if (!(await this.#checkRules())) return;
    try {
      await submit(plan, this.#hide.checked);
    } catch (error) {
      this.#explain(error);
    }
  }

  /** Whether the rules that the reader wrote are valid; the first that is not is shown. */
  async #checkRules(): Promise<boolean> {
    const { judge } = this.#context;
    for (const area of this.#areas()) {
      const field = this.#ruleOf(area);
      const rule = field.value.trim();
      if (!rule || !area.value.trim() || rule === judge.ruleOf(area.value.trim())) continue;
      this.#trouble.replaceChildren(h("p", { role: "status" }, t("checking_rules")));
      const reason = await judge.mistakeIn(rule);
      if (reason) {
        this.#refuse(t("rule_wrong", { rule, reason }), field);
        return false;
      }
    }
    this.#trouble.replaceChildren();
    return true;
  }

  #refuse(text: string, at: HTMLElement | null | undefined): void {
    this.#trouble.replaceChildren(h("p", { role: "alert" }, text));
    at?.focus();
  }

  #explain(error: unknown): void {
    if (!(error instanceof EndpointError)) throw error;
    this.#context.explain(this.#trouble, error);
  }
}
