/** The tokens of an answer with their probabilities, if the server returns them: where the model was sure, and where it was not. */
import { h } from "../ui/dom.ts";
import type { Answer, Token } from "./answer.ts";
import { t } from "./texts.ts";

/** Tokens that are shown; longer answers say that there are more. */
const MOST_TOKENS = 2_000;

/** Whether a server's candidates are bytes that are no character by themselves: Ollama shows all of them as U+FFFD. */
export function arePartsOfCharacter({ candidates }: Token): boolean {
  return candidates.length > 0 && candidates.every(({ token }) => token.includes("\uFFFD"));
}

/** What is said where a server has fewer entries than tokens; empty elsewhere. */
export function severalTokens({ tokens: { length: entries }, figures }: Answer, model: string): string {
  const tokens = figures?.tokens ?? 0;
  // The token that ends an answer is counted, and is no entry.
  if (tokens <= entries + 1) return "";
  return t("several_tokens", { entries: String(entries), tokens: String(tokens), model });
}

/**
 * A box, closed at first, of an answer's tokens. A click or the arrow keys choose one, and its candidates stand below. A sentence,
 * where the server told none.
 */
export function tokensOf(answer: Answer): HTMLElement {
  if (!answer.tokens.length) return h("p", { class: "quantlab-chat-note quantlab-chat-tokens" }, t("no_tokens"));
  const box = h("details", { class: "quantlab-chat-tokens" }, h("summary", {}, t("token_probabilities")));
  // Built when it is opened: an answer can have thousands of tokens.
  box.addEventListener("toggle", () => box.childElementCount === 1 && box.append(...content(answer)));
  return box;
}

function content(answer: Answer): HTMLElement[] {
  const { tokens, request } = answer;
  const shown = tokens.slice(0, MOST_TOKENS);
  const spans = shown.map(({ token, logprob }) => {
    const span = h("span", {}, visible(token));
    // Five steps are told apart by eye; the number is below.
    span.dataset.sure = String(Math.min(4, Math.floor(Math.exp(logprob) * 5)));
    return span;
  });
  const table = h("div", { "aria-live": "polite" });
  let chosen = -1;
  const choose = (index: number): void => {
    const span = spans[index];
    if (!span || index === chosen) return;
    spans[chosen]?.removeAttribute("data-chosen");
    span.setAttribute("data-chosen", "");
    chosen = index;
    const token = shown[index]!;
    table.replaceChildren(candidates(token, index));
    if (arePartsOfCharacter(token)) table.append(h("p", { class: "quantlab-chat-note" }, t("no_candidates")));
  };
  const strip = h(
    "p",
    {
      class: "quantlab-chat-token-strip",
      tabindex: 0,
      role: "group",
      "aria-label": t("tokens_hint"),
      click: ({ target }) => choose(spans.indexOf(target as HTMLSpanElement)),
      keydown: (event) => {
        const step = { ArrowLeft: -1, ArrowRight: 1 }[(event as KeyboardEvent).key];
        if (!step) return;
        event.preventDefault();
        choose(Math.min(Math.max(chosen + step, 0), spans.length - 1));
        spans[chosen]!.scrollIntoView({ block: "nearest" });
      },
    },
    ...spans,
  );
  choose(0);
  const more = tokens.length - shown.length;
  const several = severalTokens(answer, request.model);
  return [
    h("p", { class: "quantlab-chat-note" }, t("tokens_hint")),
    ...(several ? [h("p", { class: "quantlab-chat-note" }, several)] : []),
    strip,
    ...(more ? [h("p", { class: "quantlab-chat-note" }, t("more_tokens", { count: more }))] : []),
    table,
  ];
}

function candidates(token: Token, index: number): HTMLElement {
  const row = (text: string, logprob: number, isTaken: boolean): HTMLElement =>
    h(
      "tr",
      isTaken ? { class: "is-chosen" } : {},
      h("th", { scope: "row" }, h("code", {}, visible(text))),
      h("td", {}, percent(logprob)),
      h("td", {}, isTaken ? t("token_taken") : ""),
    );
  const others = arePartsOfCharacter(token) ? [] : token.candidates.filter((each) => each.token !== token.token);
  const rows = [token, ...others].sort((one, other) => other.logprob - one.logprob);
  return h(
    "table",
    {},
    h("caption", {}, t("token_number", { number: index + 1 })),
    h(
      "thead",
      {},
      h("tr", {}, ...[t("token"), t("probability"), t("token_note")].map((name) => h("th", { scope: "col" }, name))),
    ),
    h("tbody", {}, ...rows.map((each) => row(each.token, each.logprob, each === token))),
  );
}

/** White space and nothing are made visible. */
function visible(token: string): string {
  return token.replace(/\n/g, "⏎").replace(/ /g, "␣").replace(/\t/g, "⇥") || "∅";
}

function percent(logprob: number): string {
  const share = 100 * Math.exp(logprob);
  return share >= 0.1 ? `${share.toFixed(1)} %` : "< 0.1 %";
}
