/**
 * Conversations that the reader keeps, in the browser's own storage: by default a conversation ends with its page.
 *
 * What is read back is validated, because other pages of the same origin can write there, too. It never contains a key: addresses with
 * a key are refused (`address.ts`).
 */
import { BASE } from "../ui/base.ts";
import { isListOf, isObject } from "../ui/shapes.ts";
import type { Answer } from "./answer.ts";
import { Conversation, type Fork, type Turn } from "./conversation.ts";
import type { Message } from "./wire.ts";

/** Conversations of one site, and characters of each as it is kept. */
export const MOST_KEPT = 20;
export const MOST_CHARACTERS = 4_000_000;
const MOST_NAME = 80;

/** What the list of kept conversations shows of one. */
export interface Kept {
  readonly id: string;
  readonly name: string;
  /** When it was last written, as ISO 8601. */
  readonly at: string;
  readonly prompts: number;
  readonly characters: number;
}

interface About extends Kept {
  /** The site's folder: an origin can have several sites. */
  readonly site: string;
}

/** Why nothing is kept: `full`, there are too many; `large`, this one is; `changed`, another tab has written it meanwhile; `refused`, the browser keeps nothing. */
export class KeepError extends Error {
  readonly why: "full" | "large" | "changed" | "refused";

  constructor(why: KeepError["why"]) {
    super(why);
    this.why = why;
  }
}

/** The conversations that are kept for this site, the newest first. @throws KeepError */
export async function listKept(): Promise<Kept[]> {
  const all = await inStorage("readonly", ({ about }) => about.getAll());
  return (all as unknown[])
    .filter((each): each is About => isAbout(each) && each.site === siteOf())
    .sort((one, other) => other.at.localeCompare(one.at))
    .slice(0, MOST_KEPT);
}

/**
 * Keeps a conversation, in the place of the one that is given.
 *
 * @param before What this tab knows to be there; undefined for a new one.
 * @throws KeepError
 */
export async function keep(conversation: Conversation, name: string, before?: Kept): Promise<Kept> {
  const text = pack(conversation.root);
  if (text.length > MOST_CHARACTERS) throw new KeepError("large");
  const kept = await listKept();
  const known = before && kept.find(({ id }) => id === before.id);
  if (before && known?.at !== before.at) throw new KeepError("changed");
  if (!before && kept.length >= MOST_KEPT) throw new KeepError("full");
  const now: About = {
    id: before?.id ?? `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`,
    site: siteOf(),
    name: name.trim().slice(0, MOST_NAME),
    at: new Date().toISOString(),
    prompts: conversation.size,
    characters: text.length,
  };
  await inStorage("readwrite", ({ about, texts }) => {
    texts.put(text, now.id);
    return about.put(now);
  });
  return now;
}

/** A kept conversation; undefined where it is gone, or is none. @throws KeepError */
export async function readKept(id: string): Promise<Conversation | undefined> {
  const text = await inStorage("readonly", ({ texts }) => texts.get(id));
  return typeof text === "string" && text.length <= MOST_CHARACTERS ? unpack(text) : undefined;
}

/** @throws KeepError */
export async function deleteKept(id: string): Promise<void> {
  await inStorage("readwrite", ({ about, texts }) => {
    texts.delete(id);
    return about.delete(id);
  });
}

/** As JSON. Every request holds all earlier messages: each of them is written once, and requests have its number. */
export function pack(root: Fork): string {
  const numbers = new Map<string, number>();
  const numbered = (message: Message): number => {
    const text = JSON.stringify(message);
    if (!numbers.has(text)) numbers.set(text, numbers.size);
    return numbers.get(text)!;
  };
  const packed = JSON.stringify(root, (key, value: unknown) => {
    if (key === "messages") return (value as Message[]).map(numbered);
    // What is read back does not grow any more.
    return key === "answers"
      ? (value as Answer[]).map((answer) => ({ ...answer, reason: answer.reason ?? "cut" }))
      : value;
  });
  return `{"root":${packed},"messages":[${[...numbers.keys()].join()}]}`;
}

/** @returns Undefined for what `pack` has not made. */
export function unpack(text: string): Conversation | undefined {
  try {
    const { messages } = JSON.parse(text) as { messages: unknown[] };
    const { root } = JSON.parse(text, (key, value: unknown) =>
      key === "messages" && Array.isArray(value) ? value.map((each) => messages[each as number]) : value,
    ) as { root: unknown };
    return isFork(root) ? new Conversation(root) : undefined;
  } catch {
    return undefined; // no JSON, or nested deeper than anything that was kept
  }
}

function siteOf(): string {
  return new URL(BASE).pathname;
}

interface Stores {
  readonly about: IDBObjectStore;
  readonly texts: IDBObjectStore;
}

/** Runs one transaction. @returns What the request gives. @throws KeepError `refused` */
async function inStorage(mode: IDBTransactionMode, run: (stores: Stores) => IDBRequest): Promise<unknown> {
  try {
    const database = await result(openDatabase());
    try {
      const transaction = database.transaction(["about", "texts"], mode);
      const done = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
      const [value] = await Promise.all([
        result(run({ about: transaction.objectStore("about"), texts: transaction.objectStore("texts") })),
        done,
      ]);
      return value;
    } finally {
      database.close();
    }
  } catch {
    // There is no storage, it is full, or the reader's settings forbid it; browsers throw different errors.
    throw new KeepError("refused");
  }
}

function openDatabase(): IDBOpenDBRequest {
  const opened = indexedDB.open("quantlab-chat", 1);
  opened.onupgradeneeded = () => {
    opened.result.createObjectStore("about", { keyPath: "id" });
    opened.result.createObjectStore("texts");
  };
  return opened;
}

function result<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

type Fields = Record<string, unknown>;

function isAbout(value: unknown): value is About {
  if (!isObject(value)) return false;
  const { id, site, name, at, prompts, characters } = value;
  return (
    [id, site, name, at].every((each) => typeof each === "string") &&
    [prompts, characters].every((each) => typeof each === "number") &&
    (name as string).length <= MOST_NAME
  );
}

function isIndex(value: unknown, list: unknown): boolean {
  return (
    Number.isInteger(value) && (value as number) >= 0 && (value as number) < Math.max(1, (list as unknown[]).length)
  );
}

function isFork(value: unknown): value is Fork {
  return (
    isObject(value) && Array.isArray(value.turns) && isIndex(value.chosen, value.turns) && value.turns.every(isTurn)
  );
}

function isTurn(value: unknown): value is Turn {
  return (
    isObject(value) &&
    typeof value.prompt === "string" &&
    Array.isArray(value.answers) &&
    Array.isArray(value.next) &&
    value.answers.length === value.next.length &&
    isIndex(value.chosen, value.answers) &&
    value.answers.every(isAnswer) &&
    value.next.every(isFork)
  );
}

function isAnswer(value: unknown): value is Answer {
  if (!isObject(value) || !isObject(value.request) || !isObject(value.endpoint)) return false;
  const { model, messages, settings } = value.request;
  const areNumbers = (object: unknown, ...names: string[]): boolean =>
    isObject(object) && names.every((name) => typeof object[name] === "number");
  return (
    [model, value.model, value.text, value.thinking, value.endpoint.kind, value.endpoint.url].every(
      (each) => typeof each === "string",
    ) &&
    Array.isArray(messages) &&
    messages.every((each) => isObject(each) && typeof each.role === "string" && typeof each.content === "string") &&
    areNumbers(settings, "seed", "temperature", "topP", "maxTokens") &&
    isListOf(value.unused, (each) => Object.hasOwn(settings as Fields, each as string)) &&
    isListOf(value.notes, isNote) &&
    Array.isArray(value.tokens) &&
    value.tokens.every(isToken) &&
    REASONS.includes(value.reason as string) &&
    (value.figures === undefined ||
      (areNumbers(value.figures, "total") &&
        Object.values(value.figures as Fields).every((each) => typeof each === "number"))) &&
    (value.problem === undefined || (isObject(value.problem) && typeof value.problem.message === "string"))
  );
}

const REASONS = ["stop", "length", "full", "looped", "cut", "stopped", "error"];

function isNote(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { id, name, names, ms } = value;
  if (id === "renamed") return typeof name === "string";
  if (id === "tools") return isListOf(names, (each) => typeof each === "string");
  return id === "reloaded" ? typeof ms === "number" : id === "refused" || id === "differs";
}

function isToken(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value.token === "string" &&
    typeof value.logprob === "number" &&
    (value.candidates === undefined || (Array.isArray(value.candidates) && value.candidates.every(isToken)))
  );
}
