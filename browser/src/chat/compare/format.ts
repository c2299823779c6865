/** Numbers as the comparison writes them. */
import { languageOf } from "../../ui/texts.ts";
import type { Interval } from "./statistics.ts";
import { GROUP, t } from "./texts.ts";

/** A share of 0 to 1 as a percentage, with as many decimals as keep a small one from becoming none. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value.toFixed(value > 0 && value < 1 ? 2 : value < 10 && !Number.isInteger(value) ? 1 : 0)} %`;
}

/** A token's probability: two candidates that are close are what is looked for. */
export function probability(logprob: number): string {
  return `${(Math.exp(logprob) * 100).toFixed(1)} %`;
}

export function shareRange({ low, high }: Interval): string {
  return t("share_range", { low: (low * 100).toFixed(0), high: (high * 100).toFixed(0) });
}

export function range({ low, high }: Interval, decimals: number): string {
  return t("range", { low: low.toFixed(decimals), high: high.toFixed(decimals) });
}

/** A duration in the unit that a person would name. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 1) return t("under_a_second");
  if (seconds < 90) return t("n_seconds", { count: seconds });
  return t("n_minutes", { count: Math.round(seconds / 60) });
}

/** Names in a sentence: `a`, `a and b`, `a, b, and c`. */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat(languageOf(GROUP)).format(names);
}

/** Whether an interval of a share holds one half: chance alone explains it. */
export function holdsHalf({ low, high }: Interval): boolean {
  return low <= 0.5 && high >= 0.5;
}
