/**
 * Quantizes a model in the page, a script of its own that is fetched where a page has the widget. Fetches the model's file, has Python
 * encode it in pieces, in one worker or several, and keeps what comes of it: to save, or for the chat.
 */
import type { Strings } from "./messages.ts";
import { offer } from "./models.ts";
// Types only: the interpreters are the page's, whose script is another.
import type { Owner, Python } from "./python.ts";

/** The widget, as far as it matters here. */
export interface Host {
  /** The options as they stand, and what the figure came with. */
  options(): Strings;
  sources(): string;
  /** Makes an interpreter. */
  start(): Python;
  /** Adds to what the figure is drawn from, and draws it. */
  show(found: Record<string, unknown>): void;
}

/** `engine.gguf.quantize.Piece`. */
type Piece = [tensor: string, start: number, stop: number, source: string, target: string, weights: number, padding: number];

/** What `engine.page_quantize.plan_pieces` gives. */
interface Plan {
  head: string;
  pieces: Piece[];
  name: string;
  size: number;
  note: string;
  seconds: number;
}

/** What a piece lost: sums of squared errors and of squared weights. */
interface Loss {
  noise: number;
  power: number;
}

/** A further worker takes a second to start, and some 50 MB: it has to save more. */
const WORTH = 4;
const MOST_WORKERS = 4;

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export class Quantizer {
  readonly #go: HTMLButtonElement;
  readonly #stop: HTMLButtonElement;
  readonly #progress: HTMLProgressElement;
  readonly #status: HTMLElement;
  readonly #done: HTMLElement;
  readonly #save: HTMLAnchorElement;
  readonly #give: HTMLButtonElement;

  /** The model's file, once it was fetched. */
  #file: Uint8Array<ArrayBuffer> | undefined;
  #workers: Python[] = [];
  #fetching: AbortController | undefined;
  /** The reader stopped what is under way. */
  #isStopped = false;
  /** Of everything that was quantized since the page was opened, by tensor and type. */
  readonly #losses: Record<string, [number, number]> = {};
  #made: { name: string; file: Blob; note: string } | undefined;

  /**
   * @param panel What `engine.widgets.gguf_quantize.panel` drew.
   * @param url The model's file.
   */
  constructor(
    panel: HTMLElement,
    readonly url: string,
    readonly host: Host,
  ) {
    const [go, stop, give] = panel.querySelectorAll("button");
    this.#go = go!;
    this.#stop = stop!;
    this.#give = give!;
    this.#progress = panel.querySelector("progress")!;
    this.#status = panel.querySelector("[role=status]")!;
    this.#done = panel.querySelector(".quantlab-actions:last-child")!;
    this.#save = panel.querySelector("a")!;
    this.#go.addEventListener("click", () => void this.#run());
    this.#stop.addEventListener("click", () => {
      this.#isStopped = true;
      this.end();
    });
    this.#give.addEventListener("click", () => this.#offer());
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
    if (this.#save.href) URL.revokeObjectURL(this.#save.href);
  }

  async #run(): Promise<void> {
    this.#rest(false);
    this.#isStopped = false;
    try {
      this.#file ??= await this.#fetch();
      const begin = performance.now();
      const { plan, parts, losses, workers } = await this.#quantize(this.#file);
      const took = (performance.now() - begin) / 1000;
      for (const [key, { noise, power }] of losses) this.#losses[key] = [noise, power];
      this.#keep({ name: plan.name, file: new Blob(parts), note: plan.note });
      this.#say(`${plan.name}: ${megabytes(plan.size)}, quantized in ${took.toFixed(1)} s by ${workers} ${workers === 1 ? "worker" : "workers"}.`);
      this.host.show({ "quantized own": this.#losses });
    } catch (error) {
      this.end();
      if (this.#isStopped) this.#say("Stopped. Nothing of it was kept.");
      else this.#say((error as Error).message.replaceAll("`", ""));
    } finally {
      this.#rest(true);
    }
  }

  async #fetch(): Promise<Uint8Array<ArrayBuffer>> {
    this.#fetching = new AbortController();
    const { signal } = this.#fetching;
    this.#say("Fetching the model …");
    const response = await fetch(this.url, { signal }).catch((error: Error) => {
      throw new Error(`The model's file could not be fetched: ${error.message}.`);
    });
    if (!response.ok) throw new Error(`The model's file could not be fetched: ${new URL(this.url).pathname} answered ${response.status}.`);
    const file = new Uint8Array(await response.arrayBuffer());
    signal.throwIfAborted();
    this.#go.textContent = "Quantize";
    return file;
  }

  async #quantize(file: Uint8Array<ArrayBuffer>): Promise<{ plan: Plan; parts: BlobPart[]; losses: Map<string, Loss>; workers: number }> {
    const first = this.#start();
    const options = JSON.stringify(this.host.options());
    const plan = (await this.#ask(first, "plan", [options, this.host.sources()], file)).made as Plan;
    const processors = navigator.hardwareConcurrency || 1;
    const count = Math.max(1, Math.min(MOST_WORKERS, processors, Math.floor(plan.seconds / WORTH)));
    const workers = [first, ...Array.from({ length: count - 1 }, () => this.#start())];
    this.#say(`Quantizing with ${count} ${count === 1 ? "worker" : "workers"} …`);

    const encoded: Uint8Array<ArrayBuffer>[] = [];
    const losses = new Map<string, Loss>();
    let next = 0;
    let done = 0;
    const work = async (worker: Python): Promise<void> => {
      while (next < plan.pieces.length) {
        const number = next++;
        const [tensor, start, stop, source, target] = plan.pieces[number]!;
        const before = file.slice(start, stop);
        if (source === target) {
          encoded[number] = before;
        } else {
          const { made, data } = await this.#ask(worker, "encode", [JSON.stringify(plan.pieces[number])], before);
          encoded[number] = data!;
          const key = `${tensor} ${target}`;
          const sums = losses.get(key) ?? { noise: 0, power: 0 };
          sums.noise += (made as Loss).noise;
          sums.power += (made as Loss).power;
          losses.set(key, sums);
        }
        this.#progress.value = ++done / plan.pieces.length;
      }
    };
    await Promise.all(workers.map(work));
    this.end();

    const head = Uint8Array.from(atob(plan.head), (character) => character.charCodeAt(0));
    const parts: BlobPart[] = [head];
    plan.pieces.forEach(([, , , , , , padding], number) => parts.push(encoded[number]!, new Uint8Array(padding)));
    return { plan, parts, losses, workers: count };
  }

  #start(): Python {
    const worker = this.host.start();
    this.#workers.push(worker);
    return worker;
  }

  /** An owner of its own for each question: none takes another's place. */
  async #ask(worker: Python, step: "plan" | "encode", texts: string[], data: Uint8Array): Promise<{ made: unknown; data: Uint8Array<ArrayBuffer> | null }> {
    const owner: Owner = { onPython: (state) => state && step === "plan" && this.#say(state) };
    return (await worker.quantize(owner, step, texts, data))!;
  }

  #keep(made: { name: string; file: Blob; note: string }): void {
    if (this.#save.href) URL.revokeObjectURL(this.#save.href);
    this.#made = made;
    this.#save.href = URL.createObjectURL(made.file);
    this.#save.download = made.name;
    this.#save.textContent = `Save ${made.name}`;
    this.#done.hidden = false;
  }

  #offer(): void {
    offer(this.#made!);
    const isHere = document.querySelector("quantlab-chat") !== null;
    this.#say(`${this.#made!.name} is there for ${isHere ? "the chat on this page" : "chats that come without a reload; this page has none"}.`);
  }

  #rest(isResting: boolean): void {
    this.#go.disabled = !isResting;
    this.#stop.hidden = this.#progress.hidden = isResting;
    this.#progress.value = 0;
  }

  #say(text: string): void {
    this.#status.textContent = text;
  }
}
