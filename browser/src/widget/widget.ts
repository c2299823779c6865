/**
 * `<quantlab-widget>`: a figure that was drawn when the site was built, made to answer.
 *
 * A change of the primary option shows a pre-rendered frame. Any other change asks Python, which is fetched then and
 * not before. The element knows nothing of any one widget.
 */
import type { CustomWidgetFiles } from "../generated/attributes.ts";
import { page } from "../generated/texts.ts";
import { attribute } from "../ui/attributes.ts";
import { BASE } from "../ui/base.ts";
import { around, h } from "../ui/dom.ts";
import { speak } from "../ui/load.ts";
import { isReadable, numberField, showValue, valueOf, written } from "../ui/numbers.ts";
import { language, primary, texts } from "../ui/texts.ts";
import { Code, decode, encode } from "./code.ts";
import { Explorer } from "./explore.ts";
import { Marks } from "./marks.ts";
import type { LiveCode, LiveRunner } from "./live.ts";
import type { Added } from "./files.ts";
import { watchPageColour } from "../ui/page_colour.ts";
import { dragSegments } from "../ui/segments.ts";
import { ownTask } from "../ui/own_task.ts";
import { linkStyle } from "../ui/style.ts";
import { keepLink, keptQuery, readLink, writeLink, type Changes } from "../ui/link.ts";
import type { Figure, Resources } from "../generated/protocol.ts";
import type { GgufFile, Strings } from "../python/messages.ts";
import { merged } from "../python/resources.ts";
import { panelsIn, type Panel, type WidgetState } from "./panels.ts";
import { CodeError, is, OptionError, type WorkerError } from "../python/errors.ts";
import { Python } from "../python/python.ts";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const t = texts("page", page);

/** Milliseconds before a wait is announced, with a way to stop it. */
const QUIET_MS = 300;

/** Not by the form itself, which has its controls as properties: an option may be called `reset`. */
const { reset } = HTMLFormElement.prototype;

/** Python outlives the page's elements, which instant navigation replaces. One for each folder it comes from. */
const pythons: Record<string, Python> = {};

/** The page's Python, which may not have been started. */
export function python(setting: string): Python {
  const folder = folderOf(setting);
  return (pythons[folder] ??= new Python(BASE, folder, "figures"));
}

/** What runs the reader's code is fetched when there is some. */
const liveScript = (): Promise<typeof import("./live_script.ts")> => import(`${BASE}live.js`);

/** What takes and reads the reader's files. @throws Error It could not be fetched. */
async function filesScript(): Promise<typeof import("./files.ts")> {
  await speak(language(), ["picture"]);
  return import(`${BASE}files.js`).catch(() => {
    throw new Error(t("part_missing"));
  });
}

/** The reader asked the browser to save data. */
function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData ?? false;
}

/**
 * Where Pyodide is.
 *
 * @throws Error Where there is none, with the reason as a sentence.
 */
function folderOf(setting: string): string {
  if (setting === "off") throw new Error(t("no_python"));
  if (location.protocol === "file:") throw new Error(t("no_python_from_file"));
  return setting === "bundled" ? `${BASE}pyodide/` : setting;
}

/** What the reader's code gave was refused when it was to be drawn: an error that is about no option is about the code. */
function asCodeError(error: Error): never {
  throw is(error, "OptionError") && error.option === null ? new CodeError(error.message, null, error.lang) : error;
}

export class QuantlabWidget extends HTMLElement {
  #form!: HTMLFormElement;
  #figure!: HTMLElement;
  #status!: HTMLElement;
  #stop!: HTMLButtonElement;
  #live!: HTMLElement;
  #explorer!: Explorer;
  #marks!: Marks;

  /** What the author set, and the figure and limits that belong to it. */
  #options: Strings = {};
  #initial = "";
  #choice: string | undefined;
  #limits = new Map<HTMLInputElement, [string, string]>();
  #frames: Record<string, string> | undefined;

  /** What the reader changed; null for an option that another one cleared. */
  #changes: Changes = {};
  /** What the figure came with beside options. */
  #brought: Resources | undefined;
  /** What it shows beside options: that, and what was in the reader's own files. */
  #resources: Resources | undefined;
  /** Where Python gets a custom widget from. */
  #archive: CustomWidgetFiles | undefined;
  /** The reader's files that were not read yet. */
  #unread: GgufFile[] = [];
  /** What makes the figure, where the reader may edit it. */
  #code: Code | undefined;
  #codeOption = "";
  /** Runs the reader's code. */
  #runner: LiveRunner | undefined;
  /** What scripts of this widget's own have taken over. */
  #panels: Panel[] = [];
  /** Counts redraws, so that a late answer to an old question is dropped. */
  #turn = 0;
  #patience = 0;
  #speaking = 0;

  async connectedCallback(): Promise<void> {
    await speak(this.dataset.language, ["page", "shared"]);
    // What a link sets is wanted at once. The set-up of others takes milliseconds each, beside those of the theme.
    if (!location.search.includes(`${this.id}.`)) await ownTask();
    if (this.isConnected) this.#setUp();
  }

  #setUp(): void {
    const form = this.querySelector("form");
    const figure = this.querySelector("figure");
    // Instant navigation and the Back button may put an element back that was set up before.
    if (!form || !figure || this.hasAttribute("data-ready")) return;
    this.setAttribute("data-ready", "");
    // Built where nothing told the page's language: then it is English.
    if (!this.dataset.language && primary(language()) !== "en")
      for (const part of [form, figure]) part.setAttribute("lang", "en");
    this.#form = form;
    this.#figure = figure;
    this.#status = form.querySelector(".quantlab-status")!;
    this.#stop = form.querySelector(".quantlab-stop")!;
    this.#options = attribute(this, "options") ?? {};
    this.#brought = this.#resources = attribute(this, "resources");
    this.#archive = attribute(this, "archive");
    if (this.#archive?.style) linkStyle(BASE + this.#archive.style);
    this.#initial = figure.innerHTML;
    watchPageColour(this.parentElement ?? this);
    for (const input of form.querySelectorAll<HTMLInputElement>("input[min]")) {
      this.#limits.set(input, [input.min, input.max]);
      if (input.type === "number") numberField(input);
    }
    for (const area of form.querySelectorAll<HTMLTextAreaElement>("[data-numeric=list]"))
      area.defaultValue = written(area.defaultValue);

    // Browsers that keep what was typed over a reload would keep it apart from the figure.
    form.setAttribute("autocomplete", "off");
    reset.call(form);
    this.#choice = this.#value(this.dataset.primary!);
    for (const part of form.querySelectorAll(":scope > *")) part.removeAttribute("hidden");
    this.#live = h("p", { class: "quantlab-live", role: "status" });
    this.append(this.#live);
    this.#explorer = new Explorer(this, figure);
    this.#marks = new Marks(this, form, figure, (control) => this.#onIntent(control));

    // The first sign that Python will be wanted: it starts while the reader still aims. A page that moves below a resting pointer gives none.
    for (const sign of ["pointermove", "pointerdown", "focusin"])
      form.addEventListener(sign, (event) => this.#onIntent(event.target));
    dragSegments(form);
    const zone = form.querySelector<HTMLElement>(".quantlab-files");
    if (zone)
      filesScript().then(
        ({ takeFiles }) => takeFiles(this, zone, (files) => this.#onFiles(files)),
        (error: Error) => this.#explain(error),
      );
    form.addEventListener("input", (event) => this.#onInput(event.target as Control));
    form.addEventListener("reset", () => this.#onReset());
    form.addEventListener("submit", (event) => event.preventDefault());
    this.#stop.addEventListener("click", () => {
      if (!this.#runner?.stop()) this.#python().stop();
    });
    form.querySelector(".quantlab-link")!.addEventListener("click", (event) => this.#onCopy(event as MouseEvent));

    this.#setUpCode();
    void this.#setUpPanels();
    const kept = keptQuery(this.id);
    const query = kept ?? location.search;
    this.#changes = readLink(query, this.id, this.#names(), this.#aliases());
    for (const [name, value] of Object.entries(this.#changes)) this.#set(name, value ?? "");
    for (const name of Object.keys(this.#changes)) {
      for (const other of this.#excluded(name)) {
        // Two options of the link that exclude each other go to Python, which says so.
        if (!Object.hasOwn(this.#changes, other) && Object.hasOwn(this.#options, other)) this.#changes[other] = null;
      }
    }
    const { code } = readLink(query, this.id, ["code"]);
    const brought = decode(code ?? "");
    this.#code?.choose(this.#value(this.#codeOption) ?? "");
    if (brought) this.#code?.bring(brought, kept === null).catch(() => {});
    this.#updateLink();
    if (Object.keys(this.#changes).length) void this.#redraw();
  }

  #setUpCode(): void {
    const details = this.querySelector<HTMLDetailsElement>(".quantlab-code");
    const texts = attribute(this, "code");
    if (!details || !texts) return;
    this.#codeOption = texts.option;
    const onChange = (): void => {
      this.#updateLink();
      void this.#redraw();
    };
    const onEdit = (): void => {
      if (savesData()) return;
      // What fails now is said when it is needed.
      this.#liveRunner().then(
        (runner) => runner.prepare(texts.steps),
        () => {},
      );
    };
    this.#code = new Code(details, texts, this.#value(texts.option) ?? "", onChange, onEdit);
  }

  async #setUpPanels(): Promise<void> {
    try {
      for (const { panel, registered } of panelsIn(this)) {
        const folder = folderOf(this.dataset.pyodide!);
        await speak(this.dataset.language, [registered.texts]);
        const { setUp } = await registered.load();
        const made = setUp(panel, BASE, {
          options: () => this.#asked(),
          resources: () => this.#resources ?? null,
          start: () => new Python(BASE, folder, "work"),
          startLive: async (isLimited) => (await liveScript()).startLive(BASE, folder, isLimited),
          other: (name) => document.querySelector<QuantlabWidget>(`quantlab-widget[name="${CSS.escape(name)}"]`)?.state,
          show: (found) => {
            this.#add({ files: [], found });
            void this.#redraw();
          },
        });
        this.#panels.push(made);
      }
    } catch (error) {
      this.#say(t("panel_needs_python", { reason: (error as Error).message }));
    }
  }

  async #liveRunner(): Promise<LiveRunner> {
    const folder = folderOf(this.dataset.pyodide!);
    const { liveRunner } = await liveScript();
    return (this.#runner ??= liveRunner(BASE, folder));
  }

  /** How this widget is set, for others on the page. */
  get state(): WidgetState {
    return { options: this.#asked(), code: this.#liveCode(this.#code?.shown), isEdited: Boolean(this.#code?.running) };
  }

  /** Code in place of what the widget lets readers edit. */
  #liveCode(code: string | undefined): LiveCode | undefined {
    if (!this.#code || !code) return undefined;
    const module = this.#archive?.module ?? "";
    return {
      widget: this.getAttribute("name")!,
      module,
      archive: this.#archive,
      value: this.#value(this.#codeOption) ?? "",
      code,
      steps: this.#code.texts.steps,
    };
  }

  /** The options that the controls stand at. */
  #asked(): Strings {
    const options: Strings = { ...this.#options };
    for (const [name, value] of Object.entries(this.#changes)) {
      if (value === null) delete options[name];
      else options[name] = value;
    }
    return options;
  }

  /** The Python that draws this figure. */
  #python(): Python {
    return python(this.dataset.pyodide!);
  }

  disconnectedCallback(): void {
    this.#turn++;
    for (const panel of this.#panels) panel.leave();
    this.#marks?.stop();
    clearTimeout(this.#patience);
    clearTimeout(this.#speaking);
  }

  /** Python's word on how its start goes. */
  onPython(state: string, lang?: string): void {
    // It may have gone on to a frame meanwhile, which needs no Python.
    if (this.hasAttribute("data-busy")) this.#say(h("span", { lang }, state || t("computing")));
  }

  #controls(name?: string): Control[] {
    const all = [...this.#form.querySelectorAll<Control>("[name]")];
    return name === undefined ? all : all.filter((control) => control.name === name);
  }

  #names(): string[] {
    return [...new Set(this.#controls().map((control) => control.name))];
  }

  /** Former names of options, each with the current one. */
  #aliases(): [string, string][] {
    return this.#controls().flatMap(({ name, dataset }) =>
      (dataset.aliases?.split(" ") ?? []).map((alias): [string, string] => [alias, name]),
    );
  }

  /** What an option's control stands at. */
  #value(name: string): string | undefined {
    const radio = (control: Control): control is HTMLInputElement => control.type === "radio";
    const found = this.#controls(name).find((control) => !radio(control) || control.checked);
    return found && valueOf(found);
  }

  /** Shows a value in all controls of an option. */
  #set(name: string, value: string, but?: Control): void {
    for (const control of this.#controls(name)) {
      if (control === but) continue;
      if (control instanceof HTMLInputElement && control.type === "radio") control.checked = control.value === value;
      else showValue(control, value);
    }
  }

  /** The options that `name`, or the choice it stands at, excludes. */
  #excluded(name: string): string[] {
    const control = this.#controls(name)[0];
    const choice = control instanceof HTMLSelectElement ? control.selectedOptions[0] : undefined;
    return `${control?.dataset.clears ?? ""} ${choice?.dataset.clears ?? ""}`.split(" ").filter(Boolean);
  }

  /** Forgets the options that `name` excludes, the author's and the reader's. */
  #clear(name: string): void {
    for (const other of this.#excluded(name)) {
      delete this.#changes[other];
      if (Object.hasOwn(this.#options, other)) this.#changes[other] = null;
    }
  }

  /** Over a control that only Python can answer, where the reader has not asked the browser to save data. */
  #onIntent(target: EventTarget | null): void {
    const control =
      target instanceof Element
        ? target.closest<HTMLElement>(".quantlab-control")?.querySelector<Control>("[name], .quantlab-files input")
        : null;
    if (!control || control.name === this.dataset.primary || this.#inPage(control.name)) return;
    if (savesData()) return;
    try {
      python(this.dataset.pyodide!)
        .start(this.#archive ? "mount" : this.getAttribute("name")!)
        .catch(() => {});
    } catch {
      // What fails now is said when it is needed.
    }
  }

  #onInput(control: Control): void {
    const { name } = control;
    if (!name) return;
    let value: string;
    try {
      value = valueOf(control);
    } catch (error) {
      this.#turn++; // what is on its way answers another question
      this.#explain(new OptionError((error as Error).message, name, language()));
      return;
    }
    this.#set(name, value, control);
    this.#changes[name] = value;
    this.#clear(name);
    this.#updateLink();
    if (!this.#inPage(name)) void this.#redraw();
  }

  #onFiles(files: GgufFile[]): void {
    this.#unread = files;
    void this.#redraw();
  }

  /** What is in the reader's files, as `engine.core.resources` has it; null where it is not wanted any more. */
  async #read(ours: Python, files: GgufFile[]): Promise<Added | null> {
    const zone = this.#form.querySelector<HTMLElement>(".quantlab-files")!;
    const { READERS } = await filesScript();
    return READERS[zone.dataset.files!]!(files, zone, (models) => ours.read(this, models));
  }

  /** Adds to what the figure shows; of two with one name the newer stays. */
  #add({ files, found }: Added): void {
    const before = this.#resources ?? { names: [], found: [], files: [] };
    this.#resources = {
      names: before.names,
      found: merged(before.found, found),
      files: [...new Set([...before.files, ...files])],
    };
  }

  #onReset(): void {
    this.#turn++; // an answer that is on its way comes too late
    this.#changes = {};
    this.#unread = [];
    this.#resources = this.#brought;
    this.#code?.reset();
    for (const [input, [min, max]] of this.#limits) {
      input.min = min;
      input.max = max;
    }
    this.#updateLink();
    // The form's own values are reset only after this event.
    setTimeout(() => void this.#redraw());
  }

  async #onCopy(event: MouseEvent): Promise<void> {
    // With a modifier it is an ordinary link: open it in a new tab.
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    // Material's instant navigation listens further up.
    event.stopPropagation();
    try {
      await navigator.clipboard.writeText((event.currentTarget as HTMLAnchorElement).href);
      this.#say(t("link_copied"));
    } catch {
      this.#say(t("copy_refused"));
    }
  }

  #updateLink(): void {
    const code = this.#code?.running ? encode(this.#code.running) : null;
    const link = writeLink(this.id, { ...this.#changes, code });
    this.#form.querySelector<HTMLAnchorElement>(".quantlab-link")!.href = link;
    keepLink(this.id, link);
  }

  async #redraw(): Promise<void> {
    const turn = ++this.#turn;
    this.#code?.choose(this.#value(this.#codeOption) ?? "");
    const frame = this.#frame();
    this.#mark(null);
    if (frame !== undefined) {
      this.#rest("");
      this.#show(frame);
      return;
    }
    this.#wait();
    try {
      const options = this.#asked();
      const ours = this.#python();
      if (this.#unread.length) {
        const found = await this.#read(ours, this.#unread);
        if (turn !== this.#turn || found === null) return;
        this.#unread = [];
        this.#add(found);
      }
      const resources = this.#resources ?? null;
      const code = this.#liveCode(this.#code?.running);
      const run = code ? await (await this.#liveRunner()).run(ours, this, code, { options, resources }) : null;
      if (turn !== this.#turn || run === undefined) return;
      const drawing = ours.figure(
        this,
        "draw",
        { widget: this.getAttribute("name")!, options, resources, run, module: this.#archive?.module ?? "" },
        this.#archive,
      );
      const reply = await (run ? drawing.catch(asCodeError) : drawing);
      if (turn !== this.#turn || reply === null) return;
      this.#rest("");
      this.#show(reply.answer.html);
      this.#follow(reply.answer);
      this.#marks.refresh(); // values of controls may have changed
      this.#code?.succeed(run !== null);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#unread = [];
      this.#explain(error as Error);
    }
  }

  /** The pre-rendered figure for what the reader changed, where there is one; in-page choices need none. */
  #frame(): string | undefined {
    if (this.#code?.running || this.#unread.length || this.#resources !== this.#brought) return undefined;
    const primary = this.dataset.primary!;
    if (Object.keys(this.#changes).some((name) => name !== primary && !this.#inPage(name))) return undefined;
    const value = this.#changes[primary] ?? this.#choice;
    if (value === undefined || value === this.#choice) return this.#initial;
    this.#frames ??= attribute(this, "frames") ?? {};
    return Object.hasOwn(this.#frames, value) ? this.#frames[value] : undefined;
  }

  #show(html: string): void {
    const open = [...this.#figure.querySelectorAll("details")].map((details) => details.open);
    const scrolled = [...this.#figure.querySelectorAll(".quantlab-scroll")].map((box) => box.scrollLeft);
    this.#explorer.redraw(html);
    this.#marks.refresh();
    this.#figure.querySelectorAll("details").forEach((details, i) => (details.open = open[i] ?? false));
    this.#figure.querySelectorAll(".quantlab-scroll").forEach((box, i) => {
      if (scrolled[i]) box.scrollLeft = scrolled[i]; // for which the browser lays out the page at once
    });
    clearTimeout(this.#speaking);
    // A dragged control changes the sentence many times; only where it comes to rest is worth hearing.
    this.#speaking = setTimeout(() => {
      if (this.#figure.lang) this.#live.lang = this.#figure.lang;
      this.#live.textContent = this.#figure.querySelector(".quantlab-result")?.textContent ?? "";
    }, 500);
  }

  /** Brings the controls in line with values and limits that follow from others. */
  #follow({ values, bounds }: Figure): void {
    for (const [name, value] of Object.entries(values)) {
      // What the reader set stands as it was typed.
      if ((this.#changes[name] ?? null) === null && !this.#inPage(name)) this.#set(name, value);
    }
    for (const [name, [low, high]] of Object.entries(bounds)) {
      for (const control of this.#controls(name)) {
        const input = control as HTMLInputElement;
        input.min = String(low);
        input.max = String(high);
      }
      // A slider clamps its value to the limits it had; give it again under the new ones.
      const value = this.#changes[name] ?? values[name];
      if (value !== undefined) this.#set(name, value);
    }
  }

  #inPage(name: string): boolean {
    return this.#controls(name).some((control) => "inPage" in control.dataset);
  }

  #say(...text: (Node | string)[]): void {
    this.#status.removeAttribute("lang");
    this.#status.replaceChildren(...text);
  }

  #wait(): void {
    if (this.hasAttribute("data-busy")) return;
    this.setAttribute("data-busy", "");
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      this.#stop.hidden = false;
      if (!this.#status.textContent) this.#say(t("computing"));
    }, QUIET_MS);
  }

  #rest(...text: (Node | string)[]): void {
    this.removeAttribute("data-busy");
    clearTimeout(this.#patience);
    this.#stop.hidden = true;
    this.#say(...text);
  }

  #explain(error: Error): void {
    if (is(error, "OptionError")) {
      // Backticks are how messages quote; a page has no use for them.
      this.#rest(error.message.replaceAll("`", ""));
      this.#status.lang = error.lang;
      this.#mark(error.option);
    } else if (is(error, "CodeError")) {
      this.#rest(t("code_failed"));
      this.#code?.fail(error);
    } else if (is(error, "Stopped")) {
      this.#rest(t("stopped"));
    } else {
      const reason = h("span", { lang: (error as Partial<WorkerError>).lang }, error.message);
      this.#rest(...around((text) => t("needs_python", { reason: text }), reason));
    }
  }

  /** Marks the controls of the option that an error is about. */
  #mark(option: string | null): void {
    for (const control of this.#controls()) {
      if (control.name === option || !isReadable(control)) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    }
  }
}
