/** Where two models part: both asked greedily, token by token, with the candidates that each had at that place. */
import { newAnswer, receive, type Answer } from "../answer.ts";
import { button, h } from "../../ui/dom.ts";
import type { ChatContext } from "../panel.ts";
import { tabled } from "../table.ts";
import { t as chat } from "../texts.ts";
import { arePartsOfCharacter, severalTokens } from "../tokens.ts";
import { EndpointError, type ChatRequest, type Endpoint } from "../wire.ts";
import type { Comparison, Parted } from "./comparison.ts";
import { parting } from "./divergence.ts";
import { listed, probability } from "./format.ts";
import { messages } from "./run.ts";
import { t } from "./texts.ts";

/** Candidates asked for at each token. */
const CANDIDATES = 8;

/** Characters of the common text, and of each model's own, that are shown around the parting. */
const AROUND = 400;

/**
 * Asks two models greedily and finds where they part.
 *
 * @throws EndpointError Where an answer fails, or the reader stops it.
 */
async function part(
  comparison: Comparison,
  prompt: string,
  models: readonly [number, number],
  signal: AbortSignal,
): Promise<Parted> {
  const { endpoint, plan } = comparison.run;
  const ask = async (model: string): Promise<Answer> => {
    await endpoint.warmUp(model, signal);
    return greedy(
      endpoint,
      {
        model,
        messages: messages(plan.system, prompt),
        settings: { ...plan.settings, seed: plan.seeds[0]!, temperature: 0 },
        candidates: CANDIDATES,
      },
      signal,
    );
  };
  const answers = [await ask(plan.models[models[0]]!), await ask(plan.models[models[1]]!)] as const;
  return { prompt, models, answers, parting: parting(answers[0].tokens, answers[1].tokens) };
}

async function greedy(endpoint: Endpoint, request: ChatRequest, signal: AbortSignal): Promise<Answer> {
  const answer = newAnswer(request, endpoint);
  for await (const event of endpoint.ask(request, signal)) receive(answer, event);
  const { reason, problem } = answer;
  if (reason === "stopped") throw new EndpointError(t("stopped_asking"));
  if (reason === "error" || reason === "cut")
    throw new EndpointError(problem?.message ?? t("connection_lost"), problem?.status);
  return answer;
}

/** A token with its white space to be seen. */
function visible(token: string): string {
  return token.replaceAll(" ", "␣").replaceAll("\n", "↵").replaceAll("\t", "⇥") || t("no_text");
}

/** What was found, as a sentence. */
export function said({ answers: [one, other], models, parting: found }: Parted, labels: readonly string[]): string {
  const names = { one_model: labels[models[0]]!, other_model: labels[models[1]]! };
  if (!one.tokens.length || !other.tokens.length) {
    const silent = [one, other].flatMap((answer, i) => (answer.tokens.length ? [] : [labels[models[i]!]!]));
    return t("no_probabilities", { models: listed(silent) });
  }
  const counted = [one, other].flatMap((answer, i) => {
    const sentence = severalTokens(answer, labels[models[i]!]!);
    return sentence ? [sentence] : [];
  });
  const told = (sentence: string): string => [sentence, ...counted].join(" ");
  if (!found) return told(t("never_part", { ...names, count: one.tokens.length }));
  const took = (answer: Answer, at: number): string => {
    const token = answer.tokens[at];
    return token
      ? t("token", { token: visible(token.token), probability: probability(token.logprob) })
      : t("nothing_more");
  };
  return told(t("parted", { ...names, count: found.one, one: took(one, found.one), other: took(other, found.other) }));
}

/** What was found, with both lists of candidates. */
function shown(parted: Parted, labels: readonly string[]): HTMLElement {
  const element = h(
    "div",
    { class: "quantlab-compare-parting" },
    h("p", { class: "quantlab-compare-sentence" }, said(parted, labels)),
  );
  const { parting: found, answers, models } = parted;
  if (!found || answers.some(({ tokens }) => !tokens.length)) return element;
  const side = (which: 0 | 1): HTMLElement => {
    const { tokens } = answers[which];
    const at = which ? found.other : found.one;
    const text = (from: number, to: number): string =>
      tokens
        .slice(from, to)
        .map(({ token }) => token)
        .join("");
    const before = text(0, at);
    const chosen = tokens[at];
    const isPart = chosen && arePartsOfCharacter(chosen);
    const rows = (isPart ? [] : (chosen?.candidates ?? [])).map(({ token, logprob }) => [
      visible(token),
      probability(logprob),
      token === chosen!.token ? t("taken") : "",
    ]);
    return h(
      "section",
      { "aria-label": labels[models[which]]! },
      h("p", {}, h("strong", {}, labels[models[which]]!)),
      h(
        "pre",
        {},
        before.length > AROUND ? "… " : "",
        before.slice(-AROUND),
        chosen ? h("mark", {}, chosen.token) : h("mark", {}, t("ended")),
        text(at + 1, tokens.length).slice(0, AROUND),
      ),
      isPart ? h("p", { class: "quantlab-chat-note" }, chat("no_candidates")) : undefined,
      rows.length
        ? tabled({ caption: t("could_have_taken"), head: [t("candidate"), t("probability"), ""], rows })
        : undefined,
    );
  };
  element.append(h("div", { class: "quantlab-compare-seats" }, side(0), side(1)));
  return element;
}

/**
 * The form that asks for it.
 *
 * @param left Aborted when the element leaves the page.
 */
export function partingForm(comparison: Comparison, context: ChatContext, left: AbortSignal): HTMLElement {
  const { labels, run } = comparison;
  if (labels.length < 2) return h("p", {}, t("needs_two"));
  const choose = (name: string, texts: readonly string[], chosen: number): HTMLSelectElement => {
    const select = h("select", { "aria-label": name }, ...texts.map((text, i) => h("option", { value: i }, text)));
    select.selectedIndex = chosen;
    return select;
  };
  const [one, other, prompt] = [
    choose(chat("first_model"), labels, 0),
    choose(chat("second_model"), labels, 1),
    choose(chat("prompt"), run.plan.prompts, 0),
  ];
  const out = h("div", {}, comparison.parted ? shown(comparison.parted, labels) : undefined);
  let asking: AbortController | undefined;
  left.addEventListener("abort", () => asking?.abort());
  const find = button(t("find"), () => void onFind());
  const onFind = async (): Promise<void> => {
    if (asking) return asking.abort();
    if (one.value === other.value) return out.replaceChildren(h("p", { role: "alert" }, t("choose_two")));
    const { signal } = (asking = new AbortController());
    find.textContent = chat("stop");
    out.replaceChildren(h("p", {}, t("asking_both")));
    try {
      const models = [one.selectedIndex, other.selectedIndex] as const;
      comparison.parted = await context.alone(() =>
        part(comparison, run.plan.prompts[prompt.selectedIndex]!, models, signal),
      );
      out.replaceChildren(shown(comparison.parted, labels));
      context.announce(said(comparison.parted, labels));
    } catch (error) {
      if (!(error instanceof EndpointError || signal.aborted)) throw error;
      out.replaceChildren(signal.aborted ? t("stopped_asking") : "");
      if (!signal.aborted) context.explain(out, error as EndpointError);
    } finally {
      asking = undefined;
      find.textContent = t("find");
    }
  };
  return h(
    "div",
    { class: "quantlab-compare-part" },
    h("p", {}, t("parting_note")),
    h("div", { class: "quantlab-form" }, one, other, prompt, find),
    out,
  );
}
