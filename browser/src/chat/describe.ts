/** What is known of an answer beside its text, in words: for the page, for files and for evidence. */
import { speed, type Answer } from "./answer.ts";
import { t } from "./texts.ts";
import type { Figures, Note, Reason, Settings } from "./wire.ts";

/** Settings as readers know them. */
const NAMES: Record<keyof Settings, () => string> = {
  seed: () => t("name_seed"),
  temperature: () => t("name_temperature"),
  topP: () => "top_p",
  maxTokens: () => t("name_limit"),
  think: () => t("name_thinking"),
};

/**
 * What made an answer, in words.
 *
 * @param unused Settings that were asked for and are not used.
 */
export function describeSettings(settings: Settings, unused: readonly (keyof Settings)[] = []): string {
  const value = (name: keyof Settings): string => {
    const text = String(settings[name]);
    return unused.includes(name) ? t("not_used", { value: text }) : text;
  };
  return t(settings.think && !unused.includes("think") ? "settings_on" : "settings_off", {
    seed: value("seed"),
    temperature: value("temperature"),
    top_p: value("topP"),
    tokens: value("maxTokens"),
  });
}

/** Durations and counts, in words; figures that the server does not report are left out. */
export function describeFigures(figures: Figures): string {
  const { firstToken, load, promptTokens, tokens, total } = figures;
  const rate = speed(figures);
  // Ollama reports a load time of a few milliseconds even if the model was already loaded.
  const isCold = load !== undefined && load >= 500;
  return [
    isCold && t("to_load", { time: seconds(load) }),
    firstToken !== undefined && t("to_first_text", { time: seconds(firstToken) }),
    rate !== undefined && t("rate", { rate: rate < 100 ? rate.toPrecision(3) : String(Math.round(rate)) }),
    tokens !== undefined && t("tokens", { count: tokens }),
    promptTokens !== undefined && t("prompt_tokens", { count: promptTokens }),
    t("total", { time: seconds(total) }),
  ]
    .filter(Boolean)
    .join(", ");
}

/** How an answer ended. */
export function endOf(reason: Reason, figures?: Pick<Figures, "context">): string {
  if (reason === "full") return t("end_full", { tokens: String(figures?.context ?? "?") });
  return t(`end_${reason}`);
}

/** How an answer ended, and the model that gave it. */
export function describeEnd({ reason, model, figures }: Answer): string {
  return reason ? `${model ? `${model}: ` : ""}${endOf(reason, figures)}` : "";
}

/** What a reader has to know of an answer, as sentences. */
export function notesOf({ unused, notes }: Pick<Answer, "unused" | "notes">): string[] {
  const left = unused.length ? [t("note_unused", { names: namesOf(unused) })] : [];
  return [...left, ...notes.map(sentence)];
}

/** Settings, as a list in words. */
export function namesOf(settings: readonly (keyof Settings)[]): string {
  return settings.map((name) => NAMES[name]()).join(", ");
}

function sentence(note: Note): string {
  if (note.id === "renamed") return t("note_renamed", { name: note.name });
  if (note.id === "tools") return t("note_tools", { names: note.names.join(", ") });
  if (note.id === "reloaded") return t("note_reloaded", { time: seconds(note.ms) });
  return t(`note_${note.id}`);
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(2)} s` : `${Math.round(ms / 1000)} s`;
}
