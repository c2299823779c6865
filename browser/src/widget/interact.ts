/**
 * Marks of a figure that a reader drags, clicks, paints, scrubs or plays, by mouse, finger, pen or keyboard.
 *
 * `engine.core.interact` declares them in `data-` attributes. Each sets the form's control of its option, as a reader would
 * there; whatever follows from that is the form's.
 */

import { attribute } from "../ui/attributes.ts";
import { isReadable, showValue, valueOf } from "../ui/numbers.ts";
import { DRAG, MARKS } from "./selectors.ts";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

interface Axis {
  option: string;
  low: number;
  high: number;
  start: number;
  end: number;
  step: number | undefined;
  isVertical: boolean;
}

/** What the pointer holds: a dragged mark by its key and where it was taken, a stroke of paint, or a strip that is scrubbed. */
type Held =
  | { kind: "drag"; selector: string; off: [number, number] }
  | { kind: "paint"; option: string; value: string }
  | { kind: "scrub"; option: string };

export class Interaction {
  readonly #host: HTMLElement;
  readonly #form: HTMLFormElement;
  readonly #figure: HTMLElement;
  #held: Held | undefined;
  #isSetting = false;
  #playing = "";
  #timer = 0;

  /** @param wake Called with the control that a mark is about to set. */
  constructor(host: HTMLElement, form: HTMLFormElement, figure: HTMLElement, wake: (control: Element) => void) {
    this.#host = host;
    this.#form = form;
    this.#figure = figure;
    for (const sign of ["pointermove", "pointerdown", "focusin"]) {
      figure.addEventListener(sign, (event) => {
        const control = this.#controls(optionOf(markOf(event.target)))[0];
        if (control) wake(control);
      });
    }
    figure.addEventListener("pointerdown", (event) => this.#take(event));
    figure.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
      figure.addEventListener(end, () => this.#release());
    figure.addEventListener("click", (event) => this.#click(markOf(event.target)));
    figure.addEventListener("keydown", (event) => this.#key(event));
    // The reader has taken over.
    form.addEventListener("input", () => !this.#isSetting && this.stop());
    form.addEventListener("reset", () => this.stop());
    this.refresh();
  }

  /** Keeps the browser from scrolling with a mark that was just taken: of SVG elements not every browser heeds `touch-action`. */
  readonly #onTouch = (event: TouchEvent): void => {
    if (this.#held && this.#held.kind !== "scrub") event.preventDefault();
  };

  /** Gives each mark what makes it one: its role, its place in the order of tabs, and its value. */
  refresh(): void {
    // Only where there are such marks, because the browser waits for this before it scrolls. The same listener is added once.
    if (this.#figure.querySelector(`${DRAG}, [data-paint]`))
      this.#figure.addEventListener("touchstart", this.#onTouch, { passive: false });
    const strokes = new Set<string>();
    for (const mark of this.#figure.querySelectorAll<HTMLElement>(MARKS)) {
      const { label, spoken } = mark.dataset;
      if (label) mark.setAttribute("aria-label", label);
      if (mark.matches(DRAG)) {
        const [axis] = axesOf(mark);
        const [low, high] = this.#limits(axis!);
        slider(mark, low, high, Number(this.#value(axis!.option)), spoken);
        if (axis!.isVertical) mark.setAttribute("aria-orientation", "vertical");
      } else if (mark.dataset.scrub) {
        const values = valuesOf(mark);
        const value = this.#value(mark.dataset.scrub);
        slider(mark, 0, values.length - 1, values.indexOf(value ?? ""), spoken ?? value);
      } else if (mark.dataset.play) {
        mark.hidden = false;
        mark.setAttribute("aria-pressed", String(this.#playing === mark.dataset.play));
      } else {
        if (mark.localName !== "button") mark.setAttribute("role", "button");
        const { click, paint } = mark.dataset;
        if (click) mark.setAttribute("aria-pressed", String(this.#value(click) === mark.dataset.value));
        // Of marks that are painted one is in the order of tabs; arrow keys go on from there. Items have that from the explorer.
        if (paint && !mark.dataset.item)
          mark.setAttribute("tabindex", strokes.has(paint) && mark !== document.activeElement ? "-1" : "0");
        else if (!mark.dataset.item) mark.setAttribute("tabindex", "0");
        if (paint) strokes.add(paint);
      }
    }
  }

  /** Ends what plays. */
  stop(): void {
    clearTimeout(this.#timer);
    if (!this.#playing) return;
    this.#playing = "";
    this.refresh();
  }

  #controls(option: string | undefined): Control[] {
    return option ? [...this.#form.querySelectorAll<Control>(`[name="${CSS.escape(option)}"]`)] : [];
  }

  #value(option: string): string | undefined {
    const control = this.#controls(option).find((each) => !isRadio(each) || each.checked);
    return control && isReadable(control) ? valueOf(control) : undefined;
  }

  /** The values that an option's control offers, where it offers a few. */
  #choices(option: string): string[] | undefined {
    const controls = this.#controls(option);
    if (controls[0] instanceof HTMLSelectElement)
      return [...controls[0].options].filter((choice) => !choice.disabled).map(({ value }) => value);
    return controls[0] && isRadio(controls[0]) ? controls.map(({ value }) => value) : undefined;
  }

  /** Sets an option's control, and tells the form as if the reader had. */
  #set(option: string, value: string): void {
    if (this.#value(option) === value) return;
    const controls = this.#controls(option);
    const control = controls.find((each) => !isRadio(each) || each.value === value);
    if (!control) return;
    if (isRadio(control)) control.checked = true;
    else showValue(control, value);
    this.#isSetting = true;
    control.dispatchEvent(new Event("input", { bubbles: true }));
    this.#isSetting = false;
    this.refresh();
  }

  /** The lowest and highest value: the control's, and where it has none the scale's. */
  #limits({ option, low, high }: Axis): [number, number] {
    const numbers = this.#choices(option)?.map(Number).filter(Number.isFinite);
    if (numbers?.length) return [Math.min(...numbers), Math.max(...numbers)];
    const control = this.#controls(option)[0];
    const { min, max } = control instanceof HTMLInputElement ? control : { min: "", max: "" };
    return [min === "" ? low : Number(min), max === "" ? high : Number(max)];
  }

  /** Sets an option to the value nearest to a number, as fine as `grain`. */
  #settle(axis: Axis, wanted: number, grain: number): void {
    // Where the frame has no extent, or the control no number.
    if (!Number.isFinite(wanted) || !(grain > 0)) return;
    const choices = this.#choices(axis.option);
    if (choices) {
      const numbers = choices.filter((choice) => Number.isFinite(Number(choice)));
      const distance = (choice: string): number => Math.abs(Number(choice) - wanted);
      if (numbers.length)
        this.#set(
          axis.option,
          numbers.reduce((best, each) => (distance(each) < distance(best) ? each : best)),
        );
      return;
    }
    const [low, high] = this.#limits(axis);
    const rounded = Math.round(wanted / grain) * grain;
    const value = Math.min(high, Math.max(low, rounded));
    const digits = Math.max(0, Math.min(12, Math.ceil(-Math.log10(grain)) + 1));
    this.#set(axis.option, String(value === rounded ? Number(value.toFixed(digits)) : value));
  }

  /** What the control's own arrows add, where they add a certain amount. */
  #step(axis: Axis): number | undefined {
    const control = this.#controls(axis.option)[0];
    return axis.step ?? ((control instanceof HTMLInputElement && Number(control.step)) || undefined);
  }

  #take(event: PointerEvent): void {
    const mark = markOf(event.target);
    if (!mark || event.button !== 0 || mark.dataset.play || mark.dataset.click) return;
    this.stop();
    event.preventDefault(); // which would select text
    mark.focus();
    const { scrub, paint, value, key } = mark.dataset;
    if (scrub) this.#held = { kind: "scrub", option: scrub };
    else if (paint) this.#held = { kind: "paint", option: paint, value: value! };
    else this.#held = { kind: "drag", selector: `[data-key="${CSS.escape(key!)}"]`, off: this.#off(mark, event) };
    // To the figure: the mark itself may be drawn anew.
    this.#figure.setPointerCapture(event.pointerId);
    this.#figure.toggleAttribute("data-held", true);
    if (!key || scrub || paint) this.#move(event);
  }

  /** How far from its place a mark was taken, in pixels. */
  #off(mark: HTMLElement, event: PointerEvent): [number, number] {
    const off: [number, number] = [0, 0];
    for (const axis of axesOf(mark)) {
      const { origin, length } = extent(mark, axis);
      const share =
        axis.start + ((Number(this.#value(axis.option)) - axis.low) / (axis.high - axis.low)) * (axis.end - axis.start);
      const at = origin + share * length;
      off[axis.isVertical ? 1 : 0] = Number.isFinite(at) ? (axis.isVertical ? event.clientY : event.clientX) - at : 0;
    }
    return off;
  }

  #move(event: PointerEvent): void {
    const held = this.#held;
    if (!held) return;
    if (held.kind === "drag") {
      const mark = this.#figure.querySelector<HTMLElement>(held.selector);
      for (const axis of mark ? axesOf(mark) : []) {
        const { origin, length } = extent(mark!, axis);
        const at = axis.isVertical ? event.clientY - held.off[1] : event.clientX - held.off[0];
        const perPixel = (axis.high - axis.low) / ((axis.end - axis.start) * length);
        const value = axis.low + (at - origin - axis.start * length) * perPixel;
        this.#settle(axis, value, this.#step(axis) ?? 10 ** Math.floor(Math.log10(Math.abs(perPixel))));
      }
    } else if (held.kind === "scrub") {
      const mark = this.#figure.querySelector<HTMLElement>(`[data-scrub="${CSS.escape(held.option)}"]`);
      if (!mark) return;
      const { left, width } = mark.getBoundingClientRect();
      const values = valuesOf(mark);
      const at = Math.floor(((event.clientX - left) / width) * values.length);
      this.#set(held.option, values[Math.max(0, Math.min(values.length - 1, at))]!);
    } else {
      // A finger's events all go to where it came down, so ask what is under it now.
      const mark = markOf(document.elementFromPoint(event.clientX, event.clientY));
      if (mark && this.#figure.contains(mark) && mark.dataset.paint === held.option) this.#paint(mark, held.value);
    }
  }

  #release(): void {
    if (!this.#held) return;
    this.#held = undefined;
    this.#figure.removeAttribute("data-held");
  }

  #paint({ dataset }: HTMLElement, value: string): void {
    const entries = (this.#value(dataset.paint!) ?? "").split(/[\s,;[\]]+/).filter(Boolean);
    if (Number(dataset.index) >= entries.length) return;
    entries[Number(dataset.index)] = value;
    this.#set(dataset.paint!, entries.join(" "));
  }

  #click(mark: HTMLElement | null): void {
    if (mark?.dataset.click) {
      this.stop();
      this.#set(mark.dataset.click, mark.dataset.value!);
    } else if (mark?.dataset.play) {
      const { play } = mark.dataset;
      const isPlaying = this.#playing === play;
      this.stop();
      if (!isPlaying) this.#play(play);
    }
  }

  #play(option: string): void {
    this.#playing = option;
    const values = (): string[] =>
      valuesOf(this.#figure.querySelector<HTMLElement>(`[data-play="${CSS.escape(option)}"]`));
    const isAtEnd = values().indexOf(this.#value(option) ?? "") === values().length - 1;
    const step = (isFirst: boolean): void => {
      const button = this.#figure.querySelector<HTMLElement>(`[data-play="${CSS.escape(option)}"]`);
      if (!button || !this.#host.isConnected || document.hidden) return this.stop();
      const all = valuesOf(button);
      const next = isFirst && isAtEnd ? 0 : all.indexOf(this.#value(option) ?? "") + 1;
      const isOver = next >= all.length && !("loop" in button.dataset);
      if (isOver) return this.stop();
      // The figure of the step before may not be drawn yet.
      if (!this.#host.hasAttribute("data-busy")) this.#set(option, all[next % all.length]!);
      this.#timer = setTimeout(step, Number(button.dataset.interval), false);
    };
    step(true);
    this.refresh();
  }

  #key(event: KeyboardEvent): void {
    const mark = markOf(event.target);
    if (!mark || event.altKey || event.ctrlKey || event.metaKey || mark.localName === "button") return;
    if (
      mark.matches(DRAG)
        ? this.#slide(mark, event.key)
        : mark.dataset.scrub
          ? this.#jump(mark, event.key)
          : this.#press(mark, event.key)
    ) {
      event.preventDefault();
    }
  }

  /** A key on a mark that is dragged; false for one that means nothing there. */
  #slide(mark: HTMLElement, key: string): boolean {
    const axes = axesOf(mark);
    const isUpDown = key === "ArrowUp" || key === "ArrowDown";
    const axis = axes.find(({ isVertical }) => isVertical === isUpDown) ?? axes[0]!;
    const [low, high] = this.#limits(axis);
    const steps = key === "Home" ? -Infinity : key === "End" ? Infinity : STEPS[key];
    if (steps === undefined) return false;
    this.stop();
    const choices = this.#choices(axis.option)?.filter((choice) => Number.isFinite(Number(choice)));
    if (choices) {
      const sorted = choices.sort((a, b) => Number(a) - Number(b));
      const at = sorted.indexOf(this.#value(axis.option) ?? "") + steps;
      this.#set(axis.option, sorted[Math.max(0, Math.min(sorted.length - 1, at))]!);
      return true;
    }
    if (!Number.isFinite(steps)) {
      this.#set(axis.option, String(steps < 0 ? low : high));
      return true;
    }
    const step = this.#step(axis) ?? (axis.high - axis.low) / 100;
    this.#settle(
      axis,
      Number(this.#value(axis.option)) + steps * step,
      this.#step(axis) ?? 10 ** Math.floor(Math.log10(step) - 2),
    );
    return true;
  }

  #jump(mark: HTMLElement, key: string): boolean {
    const values = valuesOf(mark);
    const at = values.indexOf(this.#value(mark.dataset.scrub!) ?? "");
    const to = key === "Home" ? 0 : key === "End" ? values.length - 1 : at + (STEPS[key] ?? NaN);
    if (Number.isNaN(to)) return false;
    this.stop();
    this.#set(mark.dataset.scrub!, values[Math.max(0, Math.min(values.length - 1, to))]!);
    return true;
  }

  #press(mark: HTMLElement, key: string): boolean {
    if (key === "Enter" || key === " ") {
      if (mark.dataset.paint) this.#paint(mark, mark.dataset.value!);
      else this.#click(mark);
      return true;
    }
    if (!mark.dataset.paint || mark.dataset.item || !key.startsWith("Arrow")) return false;
    const others = this.#figure.querySelectorAll<HTMLElement>(`[data-paint="${CSS.escape(mark.dataset.paint)}"]`);
    const next = neighbour(mark, [...others], key);
    if (next) {
      mark.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
    }
    return true;
  }
}

const STEPS: Record<string, number> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
};

function isRadio(control: Control): control is HTMLInputElement {
  return control.type === "radio";
}

function markOf(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>(MARKS) : null;
}

function optionOf(mark: HTMLElement | null): string | undefined {
  const { dragX, dragY, click, paint, scrub, play } = mark?.dataset ?? {};
  return dragX ?? dragY ?? click ?? paint ?? scrub ?? play;
}

function valuesOf(mark: HTMLElement | null): string[] {
  return (mark && attribute(mark, "values")) ?? [];
}

/** The directions in which a mark is dragged, each with its option and scale. */
function axesOf({ dataset }: HTMLElement): Axis[] {
  const axis = (
    option: string | undefined,
    scale: string | undefined,
    step: string | undefined,
    isVertical: boolean,
  ): Axis[] => {
    if (!option) return [];
    const [low, high, start, end] = scale!.split(" ").map(Number) as [number, number, number, number];
    return [{ option, low, high, start, end, step: step ? Number(step) : undefined, isVertical }];
  };
  return [
    ...axis(dataset.dragX, dataset.scaleX, dataset.stepX, false),
    ...axis(dataset.dragY, dataset.scaleY, dataset.stepY, true),
  ];
}

/** Where a mark's frame begins on the screen, and its length, along an axis. */
function extent(mark: Element, { isVertical }: Axis): { origin: number; length: number } {
  let frame = mark.closest("[data-frame]") ?? mark.closest("svg") ?? mark.parentElement!;
  while (frame instanceof SVGElement && frame.ownerSVGElement && !frame.hasAttribute("data-frame"))
    frame = frame.ownerSVGElement;
  const { left, top, width, height } = frame.getBoundingClientRect();
  return isVertical ? { origin: top, length: height } : { origin: left, length: width };
}

function slider(mark: HTMLElement, low: number, high: number, value: number, spoken: string | undefined): void {
  const attributes = {
    role: "slider",
    tabindex: 0,
    "aria-valuemin": low,
    "aria-valuemax": high,
    "aria-valuenow": value,
  };
  for (const [name, each] of Object.entries(attributes)) mark.setAttribute(name, String(each));
  if (spoken) mark.setAttribute("aria-valuetext", spoken);
}

/** Of some marks the nearest in the direction of an arrow key. */
function neighbour(from: Element, marks: HTMLElement[], key: string): HTMLElement | undefined {
  const middle = (element: Element): [number, number] => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  };
  const [x, y] = middle(from);
  const isAcross = key === "ArrowLeft" || key === "ArrowRight";
  const sign = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
  let best: HTMLElement | undefined;
  let least = Infinity;
  for (const mark of marks) {
    const [dx, dy] = [middle(mark)[0] - x, middle(mark)[1] - y];
    const ahead = sign * (isAcross ? dx : dy);
    const aside = Math.abs(isAcross ? dy : dx);
    // What lies more aside than ahead is in another direction.
    if (ahead > 1 && aside <= ahead && ahead + 2 * aside < least) [best, least] = [mark, ahead + 2 * aside];
  }
  return best;
}
