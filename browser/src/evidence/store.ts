/**
 * The evidence of a page: in memory, and in the browser's storage, an item of its own for each field.
 *
 * Every change is written at once, so that there is nothing to lose but where the browser does not take it; then the reader is asked
 * before the page goes. Tabs on the same page follow each other. Where two of them changed one field unknown to each other, the
 * newer value stays and the older is put beside it.
 */
import { fromJson, pageKey } from "../ui/memory.ts";
import { idOf, readEntry, same, withOther, type Entry } from "./values.ts";

/** Entries by `idOf`; undefined for none. */
export type Changes = Map<string, Entry | undefined>;

interface Step {
  /** What was done, as the reader's button called it. */
  readonly what: string;
  readonly before: Changes;
  readonly after: Changes;
}

/** Tells by the event `change`. */
export class Store extends EventTarget {
  /** The browser lets the page read nothing. */
  isBlocked = false;
  readonly #key: string;
  readonly #entries = new Map<string, Entry>();
  /** What the storage holds, as far as this tab knows. */
  readonly #seen = new Map<string, string | null>();
  readonly #unsaved = new Set<string>();
  readonly #steps: Step[] = [];
  /** A file has all of it. */
  #isSaved = false;
  readonly #warn = (event: Event): void => event.preventDefault();

  constructor(key: string) {
    super();
    this.#key = `${key}#`;
    this.#readAll();
    window.addEventListener("storage", (event) => {
      if (event.key === null) this.#readAll();
      else if (event.key.startsWith(this.#key)) this.#receive(event.key.slice(this.#key.length), event.newValue);
      this.#tell();
    });
    // A page that slept heard nothing of other tabs.
    const onWake = (): void => {
      if (document.visibilityState !== "visible") return;
      this.#readAll();
      this.#tell();
    };
    document.addEventListener("visibilitychange", onWake);
    window.addEventListener("pageshow", (event) => event.persisted && onWake());
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** All entries, also of fields that the page no longer has. */
  entries(): Entry[] {
    return [...this.#entries.values()];
  }

  /** There is something that the browser did not keep. */
  get hasUnsaved(): boolean {
    return this.#unsaved.size > 0;
  }

  /** The last thing that can be undone, as the reader's button called it. */
  get undoable(): string | undefined {
    return this.#steps.at(-1)?.what;
  }

  set(id: string, entry: Entry | undefined): void {
    this.#isSaved = false;
    this.#write(id, entry);
    this.#tell();
  }

  /** Several changes at once, which can be undone until the page is left. */
  apply(what: string, changes: Changes): void {
    this.#isSaved = false;
    const before: Changes = new Map([...changes.keys()].map((id) => [id, this.get(id)]));
    for (const [id, entry] of changes) this.#write(id, entry);
    this.#steps.push({ what, before, after: new Map([...changes.keys()].map((id) => [id, this.get(id)])) });
    this.#tell();
  }

  /** Takes the last `apply` back. What the reader wrote since is put beside what comes back. */
  undo(): void {
    this.#isSaved = false;
    const step = this.#steps.pop();
    for (const [id, entry] of step?.before ?? []) {
      const now = this.get(id);
      const isNew = now !== undefined && !same(now.value, step!.after.get(id)?.value);
      if (!entry && isNew) continue;
      const restored = entry && { ...entry, at: new Date().toISOString() };
      this.#write(id, restored && isNew ? withOther(restored, now.value) : restored);
    }
    this.#tell();
  }

  /** The reader has all of it in a file now: leaving loses nothing. */
  markSaved(): void {
    this.#isSaved = true;
    this.#guard();
  }

  /** Has the browser ask before the page goes, where something would go with it. */
  #guard(): void {
    if (this.#unsaved.size && !this.#isSaved) window.addEventListener("beforeunload", this.#warn);
    else window.removeEventListener("beforeunload", this.#warn);
  }

  #readAll(): void {
    try {
      const ids = new Set(this.#seen.keys());
      for (let i = 0; i < localStorage.length; i++) {
        const key = localStorage.key(i)!;
        if (key.startsWith(this.#key)) ids.add(key.slice(this.#key.length));
      }
      for (const id of ids) this.#receive(id, localStorage.getItem(this.#key + id));
    } catch {
      this.isBlocked = true;
    }
  }

  /** Takes in what the storage holds for a field. */
  #receive(id: string, text: string | null): void {
    if (text === (this.#seen.get(id) ?? null)) return;
    this.#seen.set(id, text);
    const theirs = readKept(id, text);
    const mine = this.#unsaved.has(id) ? this.get(id) : undefined;
    if (mine && theirs)
      this.#write(id, mine.at < theirs.at ? withOther(theirs, mine.value) : withOther(mine, theirs.value));
    else if (theirs) this.#entries.set(id, theirs);
    else if (!mine) this.#entries.delete(id);
  }

  #write(id: string, entry: Entry | undefined): void {
    const key = this.#key + id;
    try {
      const text = localStorage.getItem(key);
      const theirs = text === (this.#seen.get(id) ?? null) ? undefined : readKept(id, text);
      // Another tab was faster.
      if (theirs && entry && !same(theirs.value, entry.value)) entry = withOther(entry, theirs.value);
      this.#keep(id, entry);
      const kept = entry ? JSON.stringify(entry) : null;
      if (kept === null) localStorage.removeItem(key);
      else localStorage.setItem(key, kept);
      this.#seen.set(id, kept);
      this.#unsaved.delete(id);
    } catch {
      this.#keep(id, entry);
      if (entry) this.#unsaved.add(id);
      else this.#unsaved.delete(id);
    }
    this.#guard();
  }

  #keep(id: string, entry: Entry | undefined): void {
    if (entry) this.#entries.set(id, entry);
    else this.#entries.delete(id);
  }

  #tell(): void {
    // There may be room again.
    for (const id of [...this.#unsaved]) this.#write(id, this.get(id));
    this.dispatchEvent(new Event("change"));
  }
}

function readKept(id: string, text: string | null): Entry | undefined {
  const entry = readEntry(fromJson(text));
  return entry && idOf(entry) === id ? entry : undefined;
}

/** Evidence outlives the page's elements, which instant navigation replaces. */
const stores: Record<string, Store> = {};

/** The store of the page that is open. */
export function pageStore(): Store {
  const key = pageKey("evidence");
  return (stores[key] ??= new Store(key));
}
