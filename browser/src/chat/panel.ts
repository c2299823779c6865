/**
 * Parts of the chat's element below the conversation, each in a `<section>` of its own.
 *
 * A panel is a function: it fills its section, and returns the function that removes it when the element leaves the page.
 */
import type { ModelChoice } from "../generated/attributes.ts";
import type { Marker } from "./marks.ts";
import type { Judge } from "./verdicts.ts";
import type { Endpoint, Model, Problem, Settings } from "./wire.ts";

export type Panel = (section: HTMLElement, context: ChatContext) => () => void;

/** What a panel has of the chat around it. */
export interface ChatContext {
  /** The preset prompts. */
  readonly prompts: readonly string[];
  /** What every prompt is sent with; empty for nothing. */
  system(): string;
  /** The models run in the page, not on a server. */
  isInPage(): boolean;
  /** Why this browser cannot run the models of the page, in a sentence; undefined where it can, and for models of a server. */
  lack(): string | undefined;
  /** Bytes that answers of these models would have to fetch first; 0 for models of a server. */
  toFetch(models: readonly string[]): number;
  /** What outlives the element, which instant navigation replaces, and ends with the page: nothing is stored. */
  readonly memory: Map<string, unknown>;
  /** Marks drawings. */
  readonly marker: Marker;
  /** Judges answers by rules. */
  readonly judge: Judge;
  /** The models to choose from: the author's, then those that the server offered when it was last asked. */
  models(): readonly ModelChoice[];
  settings(): Settings;
  /**
   * The server that the reader now talks to. Asks it what it is where that is not known.
   *
   * @throws EndpointError
   */
  endpoint(): Promise<Endpoint>;
  /** The models that the server itself lists; fills `models`. @throws EndpointError */
  offered(): Promise<Model[]>;
  /**
   * Runs something that asks the server for answers, when nothing else does: two at once would falsify each other's
   * durations. The chat shows that the server is taken.
   */
  alone<T>(run: () => Promise<T>): Promise<T>;
  /** Says something to screen readers. */
  announce(text: string): void;
  /** Puts into `host` why a request failed, and the one thing to do. */
  explain(host: HTMLElement, problem: Problem, model?: string): void;
}
