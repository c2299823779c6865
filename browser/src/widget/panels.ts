/**
 * Panels of widgets that have a script of their own, fetched where a page has one.
 *
 * The HTML names the script: an element with `data-script="KIND"` inside the widget is handed to what is registered under that kind.
 * The element itself knows no kind, and a script knows of the widget what `PanelHost` has.
 */
import type { Found, Resources } from "../generated/protocol.ts";
import type { Strings } from "../python/messages.ts";
import type { LivePython } from "../python/live_python.ts";
import type { Python } from "../python/python.ts";
import type { LiveCode } from "./live.ts";

/** How a widget of the page is set. */
export interface WidgetState {
  options: Strings;
  /** The code that it shows, where it has some that can be edited. */
  code: LiveCode | undefined;
  /** Whether that is the reader's. */
  isEdited: boolean;
}

/** What a panel has of the widget around it. */
export interface PanelHost {
  /** The options as they stand, and what the figure came with. */
  options(): Strings;
  resources(): Resources | null;
  /** Makes an interpreter of the engine, for long work. */
  start(): Python;
  /** Makes one for the reader's code. @param isLimited Code that takes too long is ended. */
  startLive(isLimited: boolean): Promise<LivePython>;
  /** The first widget of a name on the page. */
  other(name: string): WidgetState | undefined;
  /** Adds to what the figure is drawn from, and draws it. */
  show(found: Found[]): void;
}

export interface Panel {
  /** The page is left: ends what is under way. */
  leave(): void;
}

/** What the script of a kind exports. */
export interface PanelScript {
  /**
   * @param panel The element to fill.
   * @param base The folder of our files.
   */
  setUp(panel: HTMLElement, base: string, host: PanelHost): Panel;
}

interface Registered {
  /** The group of texts that it speaks with. */
  texts: string;
  load(): Promise<PanelScript>;
}

const kinds = new Map<string, Registered>();

/** Makes a kind known, before the page's elements are set up. */
export function register(kind: string, registered: Registered): void {
  kinds.set(kind, registered);
}

/** The panels inside an element whose kinds are registered, with what is registered for them. */
export function panelsIn(host: HTMLElement): { panel: HTMLElement; registered: Registered }[] {
  return [...host.querySelectorAll<HTMLElement>("[data-script]")].flatMap((panel) => {
    const registered = kinds.get(panel.dataset.script!);
    return registered ? [{ panel, registered }] : [];
  });
}
