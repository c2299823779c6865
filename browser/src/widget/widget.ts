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
import { valueOf } from "../ui/numbers.ts";
import { speak } from "../ui/speak.ts";
import { language, primary, texts } from "../ui/texts.ts";
import { Code, decode, encode } from "./code.ts";
import { Controls, type Control } from "./controls.ts";
import { FigureView } from "./figure.ts";
import type { LiveCode, LiveRunner } from "./live.ts";
import type { Added } from "./files.ts";
import { folderOf, python, savesData } from "./page_python.ts";
import { Status } from "./status.ts";
import { watchPageColour } from "../ui/page_colour.ts";
import { dragSegments } from "../ui/segments.ts";
import { ownTask } from "../ui/own_task.ts";
import { linkStyle } from "../ui/style.ts";
import { keepLink, keptQuery, readLink, writeLink, type Changes } from "../ui/link.ts";
import type { Resources } from "../generated/protocol.ts";
import type { GgufFile, Strings } from "../python/messages.ts";
import { merged } from "../python/resources.ts";
import { panelsIn, type Panel, type WidgetState } from "./panels.ts";
import { CodeError, is, OptionError, type WorkerError } from "../python/errors.ts";
import { Python } from "../python/python.ts";

const t = texts("page", page);

/** Not by the form itself, which has its controls as properties: an option may be called `reset`. */
const { reset } = HTMLFormElement.prototype;

/** What runs the reader's code is fetched when there is some. */
const liveScript = (): Promise<typeof import("./live_script.ts")> => import(`${BASE}live.js`);

/** What takes and reads the reader's files. @throws Error It could not be fetched. */
async function filesScript(): Promise<typeof import("./files.ts")> {
  await speak(language(), ["picture"]);
  return import(`${BASE}files.js`).catch(() => {
    throw new Error(t("part_missing"));
  });
}

/** What the reader's code gave was refused when it was to be drawn: an error that is about no option is about the code. */
function asCodeError(error: Error): never {
  throw is(error, "OptionError") && error.option === null ? new CodeError(error.message, null, error.lang) : error;
}

export class QuantlabWidget extends HTMLElement {
  #form!: HTMLFormElement;
  #figure!: HTMLElement;
  #controls!: Controls;
  #status!: Status;
  /** Shows the figure. */
  #view!: FigureView;

  /** What the author set, and the figure that belongs to it. */
  #options: Strings = {};
  #initial = "";
  #choice: string | undefined;
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
    this.#options = attribute(this, "options") ?? {};
    this.#brought = this.#resources = attribute(this, "resources");
    this.#archive = attribute(this, "archive");
    if (this.#archive?.style) linkStyle(BASE + this.#archive.style);
    this.#initial = figure.innerHTML;
    watchPageColour(this.parentElement ?? this);
    this.#controls = new Controls(form);
    // Browsers that keep what was typed over a reload would keep it apart from the figure.
    form.setAttribute("autocomplete", "off");
    reset.call(form);
    this.#choice = this.#controls.value(this.dataset.primary!);
    for (const part of form.querySelectorAll(":scope > *")) part.removeAttribute("hidden");
    this.#status = new Status(this, form, () => {
      if (!this.#runner?.stop()) this.#python().stop();
    });
    this.#view = new FigureView(this, form, figure, (control) => this.#onIntent(control));

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
    form.querySelector(".quantlab-link")!.addEventListener("click", (event) => this.#onCopy(event as MouseEvent));

    this.#setUpCode();
    void this.#setUpPanels();
    const kept = keptQuery(this.id);
    const query = kept ?? location.search;
    this.#changes = readLink(query, this.id, this.#controls.names(), this.#controls.aliases());
    for (const [name, value] of Object.entries(this.#changes)) this.#controls.set(name, value ?? "");
    for (const name of Object.keys(this.#changes)) {
      for (const other of this.#controls.excluded(name)) {
        // Two options of the link that exclude each other go to Python, which says so.
        if (!Object.hasOwn(this.#changes, other) && Object.hasOwn(this.#options, other)) this.#changes[other] = null;
      }
    }
    const { code } = readLink(query, this.id, ["code"]);
    const brought = decode(code ?? "");
    this.#code?.choose(this.#controls.value(this.#codeOption) ?? "");
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
    // What fails now is said when it is needed.
    const prepare = (): void => {
      if (savesData()) return;
      this.#startPython();
      this.#liveRunner().then(
        (runner) => runner.prepare(texts.steps),
        () => {},
      );
    };
    this.#code = new Code(details, texts, this.#controls.value(texts.option) ?? "", onChange, prepare);
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
      this.#status.say(t("panel_needs_python", { reason: (error as Error).message }));
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
      value: this.#controls.value(this.#codeOption) ?? "",
      code,
      steps: this.#code.texts.steps,
    };
  }

  /** The options as the controls show them. */
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
    this.#view?.leave();
    this.#status?.leave();
  }

  /** Python's word on how its start goes. */
  onPython(state: string, lang?: string): void {
    // It may have gone on to a frame meanwhile, which needs no Python.
    if (this.#status.isBusy) this.#status.say(h("span", { lang }, state || t("computing")));
  }

  /** Forgets the options that `name` excludes, the author's and the reader's. */
  #clear(name: string): void {
    for (const other of this.#controls.excluded(name)) {
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
    if (!control || control.name === this.dataset.primary || this.#controls.isInPage(control.name)) return;
    if (!savesData()) this.#startPython();
  }

  /** Starts the Python that draws this figure. What fails now is said when it is needed. */
  #startPython(): void {
    try {
      this.#python()
        .start(this.#archive ? "mount" : this.getAttribute("name")!)
        .catch(() => {});
    } catch {
      // There is none.
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
    this.#controls.set(name, value, control);
    this.#changes[name] = value;
    this.#clear(name);
    this.#updateLink();
    if (!this.#controls.isInPage(name)) void this.#redraw();
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
    this.#controls.resetLimits();
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
      this.#status.say(t("link_copied"));
    } catch {
      this.#status.say(t("copy_refused"));
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
    this.#code?.choose(this.#controls.value(this.#codeOption) ?? "");
    const frame = this.#frame();
    this.#controls.mark(null);
    if (frame !== undefined) {
      this.#status.rest([]);
      this.#view.show(frame);
      return;
    }
    this.#status.wait();
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
      this.#status.rest([]);
      this.#view.show(reply.answer.html);
      this.#controls.follow(reply.answer, this.#changes);
      this.#view.refreshMarks(); // values of controls may have changed
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
    if (Object.keys(this.#changes).some((name) => name !== primary && !this.#controls.isInPage(name))) return undefined;
    const value = this.#changes[primary] ?? this.#choice;
    if (value === undefined || value === this.#choice) return this.#initial;
    this.#frames ??= attribute(this, "frames") ?? {};
    return Object.hasOwn(this.#frames, value) ? this.#frames[value] : undefined;
  }

  #explain(error: Error): void {
    if (is(error, "OptionError")) {
      // Backticks are how messages quote; a page has no use for them.
      this.#status.rest([error.message.replaceAll("`", "")], error.lang);
      this.#controls.mark(error.option);
    } else if (is(error, "CodeError")) {
      this.#status.rest([t("code_failed")]);
      this.#code?.fail(error);
    } else if (is(error, "Stopped")) {
      this.#status.rest([t("stopped")]);
    } else {
      const reason = h("span", { lang: (error as Partial<WorkerError>).lang }, error.message);
      this.#status.rest(around((text) => t("needs_python", { reason: text }), reason));
    }
  }
}
