/**
 * What a session keeps of its conversations. Each is brought up to every answer that ends, whether the chat's element is in the page
 * then or not, and whether the conversation is still the one that is shown.
 */
import type { Conversation } from "./conversation.ts";
import { deleteKept, keep, KeepError, type Kept } from "./kept.ts";

/** Tells by events: `kept`, a conversation was brought up to date; `refused`, one was not, and `why` says for what reason. */
export class Keeper extends EventTarget {
  readonly #kept = new Map<Conversation, Kept>();
  /** One thing after another: two at once would take each other for another tab. */
  #line: Promise<unknown> = Promise.resolve();
  /** Why the last conversation was not kept. */
  why: KeepError["why"] | undefined;

  /** What this tab knows to be kept of a conversation. */
  of(conversation: Conversation): Kept | undefined {
    return this.#kept.get(conversation);
  }

  remember(conversation: Conversation, kept: Kept): void {
    this.#forget(kept.id);
    this.#kept.set(conversation, kept);
  }

  /** Keeps a conversation that was not kept before. @throws KeepError */
  add(conversation: Conversation, name: string): Promise<void> {
    return this.#alone(async () => this.remember(conversation, await keep(conversation, name)));
  }

  /** @throws KeepError */
  delete(id: string): Promise<void> {
    return this.#alone(async () => {
      await deleteKept(id);
      this.#forget(id);
    });
  }

  /** An answer of the conversation has ended. */
  async onFinished(conversation: Conversation): Promise<void> {
    try {
      await this.#alone(async () => {
        const before = this.of(conversation);
        if (before) this.remember(conversation, await keep(conversation, before.name, before));
      });
      this.dispatchEvent(new Event("kept"));
    } catch (error) {
      if (!(error instanceof KeepError)) throw error;
      if (error.why === "changed") this.#kept.delete(conversation);
      this.why = error.why;
      this.dispatchEvent(new Event("refused"));
    }
  }

  #forget(id: string): void {
    for (const [conversation, kept] of this.#kept) if (kept.id === id) this.#kept.delete(conversation);
  }

  #alone(act: () => Promise<void>): Promise<void> {
    const turn = this.#line.then(act);
    this.#line = turn.catch(() => {});
    return turn;
  }
}
