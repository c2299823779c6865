/** What is sent with every prompt: the sampler's settings, the system prompt, and what the server is asked to tell. */
import { CHAT_LIMITS } from "../generated/limits.ts";
import { h, labelled } from "../ui/dom.ts";
import { numberField, numberIn, showValue } from "../ui/numbers.ts";
import type { Session } from "./session.ts";
import { t } from "./texts.ts";
import type { Settings } from "./wire.ts";

/** A closed panel of a session's settings. */
export function settingsPanel(session: Session): HTMLElement {
  const set = (changes: Partial<Settings>): void => {
    session.settings = { ...session.settings, ...changes };
  };
  const number = (label: string, name: keyof typeof CHAT_LIMITS): HTMLElement => {
    const input = h("input", { type: "number", ...CHAT_LIMITS[name], autocomplete: "off", required: true });
    input.value = String(session.settings[name]);
    numberField(input);
    input.addEventListener("change", () => {
      const value = numberIn(input);
      if (value === undefined) showValue(input, String(session.settings[name]));
      else set({ [name]: value });
    });
    return labelled(label, input);
  };
  const box = (label: string, isOn: boolean, onChange: (isOn: boolean) => void): HTMLElement => {
    const input = h("input", { type: "checkbox", autocomplete: "off" });
    input.checked = isOn;
    input.addEventListener("change", () => onChange(input.checked));
    return labelled(label, input);
  };
  const system = h("textarea", { rows: 2, autocomplete: "off", placeholder: t("system_none") });
  system.value = session.system;
  system.addEventListener("change", () => (session.system = system.value.trim()));
  return h(
    "details",
    { class: "quantlab-chat-panel" },
    h("summary", {}, t("settings")),
    h(
      "div",
      { class: "quantlab-form" },
      labelled(t("system"), system, "quantlab-control quantlab-chat-system"),
      number(t("seed"), "seed"),
      number(t("temperature"), "temperature"),
      number("top_p", "topP"),
      number(t("token_limit"), "maxTokens"),
      box(t("thinking"), session.settings.think, (think) => set({ think })),
      box(t("ask_for_candidates"), session.asksForCandidates, (isOn) => (session.asksForCandidates = isOn)),
    ),
    h("p", { class: "quantlab-chat-note" }, t("settings_note")),
  );
}
