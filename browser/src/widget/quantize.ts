/**
 * Quantizes a model in the page, a script of its byTarget that is fetched where a page has the widget. Fetches the model's file, has Python
 * encode it in pieces, in one worker or several, and keeps what comes of it: to save, or for the chat.
 */
import { MODELFILE } from "../generated/limits.ts";
import { quantize } from "../generated/texts.ts";
import { around, h } from "../ui/dom.ts";
import { decimal, languageOf, texts } from "../ui/texts.ts";
import { volume } from "../ui/volume.ts";
import type { Calls, LiveTarget, Piece, PieceLoss, QuantizationPlan, TensorLoss } from "../generated/protocol.ts";
import type { Method, Reply } from "../python/messages.ts";
import { found } from "../python/resources.ts";
import { offer } from "./models.ts";
import type { Panel, PanelHost, PanelScript } from "./panels.ts";
// Types only: the interpreters are the page's, whose script is another.
import type { LivePython } from "../python/live_python.ts";
import type { Owner } from "../python/owner.ts";
import type { Python } from "../python/python.ts";

/** By tensor and target, in one text. */
type Losses = Map<string, TensorLoss>;

/** Makes a piece out of what it was. */
type Encode = (
  worker: Python,
  piece: Piece,
  data: Uint8Array,
) => Promise<Reply<"encode_piece" | "store_values" | "store_by_scheme">>;

const t = texts("quantize", quantize);

/** A further worker takes a second to start, and some 50 MB: it has to save more. */
const MIN_SECONDS_PER_WORKER = 4;
const MAX_WORKERS = 4;

/** An error in words; one of the reader's code, a `CodeError` of the page's script, has the line it is in. */
function said({ message, codeLine, lang }: Error & { codeLine?: number | null; lang?: string }): (Node | string)[] {
  const words = h("span", { lang }, message.replaceAll("`", ""));
  return codeLine ? around((text) => t("line_of_code", { line: codeLine, message: text }), words) : [words];
}

/** Adds what a piece lost to what others of the same tensor did. */
function add(losses: Losses, { tensor, target }: Piece, { noise, power, size }: PieceLoss): void {
  const key = JSON.stringify([tensor, target]);
  const sums = losses.get(key) ?? { tensor, target, noise: 0, power: 0, size: null };
  sums.noise += noise;
  sums.power += power;
  if (size !== null) sums.size = (sums.size ?? 0) + size;
  losses.set(key, sums);
}

class Quantizer implements Panel {
  readonly #go: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;
  readonly #progress: HTMLProgressElement;
  readonly #status: HTMLElement;
  readonly #done: HTMLElement;
  readonly #save: HTMLAnchorElement;
  readonly #modelfile: HTMLAnchorElement;
  readonly #give: HTMLButtonElement;

  /** The model's file, once it was fetched. */
  #file: Uint8Array<ArrayBuffer> | undefined;
  #workers: (Python | LivePython)[] = [];
  #fetching: AbortController | undefined;
  /** The reader stopped what is under way. */
  #isStopped = false;
  /** Of everything that was quantized since the page was opened, by tensor and type. */
  readonly #losses: Losses = new Map();
  #made: { name: string; file: Blob; note: string } | undefined;

  /**
   * @param panel What `engine.widgets.gguf_quantize.widget.panel` drew.
   * @param url The model's file.
   */
  constructor(
    panel: HTMLElement,
    readonly url: string,
    readonly host: PanelHost,
  ) {
    const part = <Part extends HTMLElement>(role: string): Part => panel.querySelector<Part>(`[data-role="${role}"]`)!;
    this.#go = part("start");
    this.#stop = part("stop");
    this.#give = part("to-chat");
    this.#progress = part("progress");
    this.#status = part("status");
    this.#done = part("done");
    this.#save = part("save");
    this.#modelfile = part("modelfile");
    this.#go.addEventListener("click", () => void this.#run());
    this.#stop.addEventListener("click", () => {
      this.#isStopped = true;
      this.end();
    });
    this.#give.addEventListener("click", () => this.#offer());
    // The panel was drawn in English; what is said in it from here on is in the page's language.
    for (const element of [this.#status, this.#save, this.#modelfile]) element.lang = languageOf("quantize");
    panel.dataset.ready = "";
    panel.hidden = false;
  }

  /** Ends what is under way. */
  end(): void {
    this.#fetching?.abort();
    for (const worker of this.#workers) worker.stop();
    this.#workers = [];
  }

  /** The page is left: nothing is kept. */
  leave(): void {
    this.end();
    this.#file = undefined;
    this.#forget();
  }

  #forget(): void {
    for (const { href } of [this.#save, this.#modelfile]) if (href) URL.revokeObjectURL(href);
  }

  async #run(): Promise<void> {
    this.#rest(false);
    this.#isStopped = false;
    try {
      this.#file ??= await this.#fetch();
      const begin = performance.now();
      const { plan, parts, losses, workers } = await this.#quantize(this.#file);
      const took = (performance.now() - begin) / 1000;
      for (const [key, loss] of losses) this.#losses.set(key, loss);
      this.#keep({ name: plan.name, file: new Blob(parts), note: plan.note });
      this.#say(t("finished", { name: plan.name, size: volume(plan.size), seconds: decimal(took, 1), count: workers }));
      this.host.show([found("quantized", [], [...this.#losses.values()])]);
    } catch (error) {
      this.end();
      if (this.#isStopped) this.#say(t("stopped"));
      else this.#say(...said(error as Error));
    } finally {
      this.#rest(true);
    }
  }

  async #fetch(): Promise<Uint8Array<ArrayBuffer>> {
    this.#fetching = new AbortController();
    const { signal } = this.#fetching;
    this.#say(t("fetching"));
    const response = await fetch(this.url, { signal }).catch((error: Error) => {
      throw new Error(t("not_fetched", { reason: error.message }));
    });
    if (!response.ok)
      throw new Error(
        t("not_fetched", {
          reason: t("answered", { path: new URL(this.url).pathname, status: String(response.status) }),
        }),
      );
    const file = new Uint8Array(await response.arrayBuffer());
    signal.throwIfAborted();
    this.#go.textContent = t("quantize");
    return file;
  }

  async #quantize(
    file: Uint8Array<ArrayBuffer>,
  ): Promise<{ plan: QuantizationPlan; parts: BlobPart[]; losses: Losses; workers: number }> {
    const first = this.#start();
    const { answer: plan } = await this.#ask(
      first,
      "plan_quantization",
      { options: this.host.options(), resources: this.host.resources() },
      file,
    );
    const processors = navigator.hardwareConcurrency || 1;
    const count = Math.max(1, Math.min(MAX_WORKERS, processors, Math.floor(plan.seconds / MIN_SECONDS_PER_WORKER)));
    const workers = [first, ...Array.from({ length: count - 1 }, () => this.#start())];
    this.#say(t("working", { count }));

    const encode: Encode = (worker, piece, before) => this.#ask(worker, "encode_piece", { piece }, before);
    const byTarget: Record<string, Encode> = {};
    for (const target of plan.live) byTarget[target.target] = await this.#byWidget(target);
    const encoded: Uint8Array<ArrayBuffer>[] = [];
    const losses: Losses = new Map();
    let next = 0;
    let done = 0;
    const work = async (worker: Python): Promise<void> => {
      while (next < plan.pieces.length) {
        const number = next++;
        const piece = plan.pieces[number]!;
        const { start, stop, source, target } = piece;
        const before = file.slice(start, stop);
        if (source === target) {
          encoded[number] = before;
        } else {
          const { answer, data } = await (byTarget[target] ?? encode)(worker, piece, before);
          encoded[number] = data;
          add(losses, piece, answer);
        }
        this.#progress.value = ++done / plan.pieces.length;
      }
    };
    await Promise.all(workers.map(work));
    this.end();

    const head = Uint8Array.from(atob(plan.head), (character) => character.charCodeAt(0));
    const parts: BlobPart[] = [head];
    plan.pieces.forEach(({ padding }, number) => parts.push(encoded[number]!, new Uint8Array(padding)));
    return { plan, parts, losses, workers: count };
  }

  /** What another widget of the page makes of a piece, as it was set when quantizing began. */
  async #byWidget({ widget, always, missing }: LiveTarget): Promise<Encode> {
    const state = this.host.other(widget);
    if (!state) throw new Error(t(missing));
    const { options, code, isEdited } = state;
    if (!code || !(always || isEdited))
      return (worker, piece, data) => this.#ask(worker, "store_by_scheme", { piece, options }, data);
    // Steps run apart, and apart from what reads and writes the file. A scheme works on a whole tensor, which may take long.
    const interpreters: LivePython[] = [];
    while (interpreters.length < code.steps) interpreters.push(await this.#startLive(code.steps > 1));
    return async (worker, piece, data) => {
      const { inputs } = (await this.#ask(worker, "piece_inputs", { piece, options }, data)).answer;
      if (inputs === null) return this.#ask(worker, "store_by_scheme", { piece, options }, data);
      const values: string[] = [];
      for (const [step, python] of interpreters.entries()) {
        const { module, value, code: text } = code;
        const params = { widget, module, value, step, code: text, given: values.at(-1) ?? inputs };
        // An owner of its byTarget for each question: none takes another's place.
        values.push((await python.step({ onPython: () => {} }, params))!);
      }
      return this.#ask(worker, "store_values", { piece, run: { inputs, values } }, data);
    };
  }

  #start(): Python {
    const worker = this.host.start();
    this.#workers.push(worker);
    return worker;
  }

  async #startLive(isLimited: boolean): Promise<LivePython> {
    const worker = await this.host.startLive(isLimited);
    this.#workers.push(worker);
    return worker;
  }

  async #ask<M extends Exclude<Method, "live_step">>(
    worker: Python,
    method: M,
    params: Calls[M]["params"],
    ...data: Calls[M]["sends"]
  ): Promise<Reply<M>> {
    // An owner of its byTarget for each question: none takes another's place.
    const owner: Owner = { onPython: (state) => state && method === "plan_quantization" && this.#say(state) };
    return (await worker.call(owner, method, params, ...data))!;
  }

  #keep(made: { name: string; file: Blob; note: string }): void {
    this.#forget();
    this.#made = made;
    const name = made.name.replace(/\.gguf$/, "");
    const text = MODELFILE.replace("{tag}", name.replace("-", ":")).replaceAll("{name}", name);
    for (const [link, content, file] of [
      [this.#save, made.file, made.name],
      [this.#modelfile, new Blob([text], { type: "text/plain" }), `${name}.Modelfile`],
    ] as const) {
      link.href = URL.createObjectURL(content);
      link.download = file;
      link.textContent = t("save", { name: file });
    }
    this.#done.hidden = false;
  }

  #offer(): void {
    offer(this.#made!);
    const isHere = document.querySelector("quantlab-chat") !== null;
    this.#say(t(isHere ? "offered" : "offered_elsewhere", { name: this.#made!.name }));
  }

  #rest(isResting: boolean): void {
    this.#go.disabled = !isResting;
    this.#stop.hidden = this.#progress.hidden = isResting;
    this.#progress.value = 0;
  }

  #say(...text: (Node | string)[]): void {
    this.#status.replaceChildren(...text);
  }
}

export const setUp: PanelScript["setUp"] = (panel, base, host) =>
  new Quantizer(panel, base + panel.dataset.file!, host);
