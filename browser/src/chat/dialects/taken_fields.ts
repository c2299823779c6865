/** The fields that a server takes for a model: those that it refuses are left out or renamed, and that is remembered. */
import { EndpointError, type Settings } from "../wire.ts";

type Fields = Record<string, unknown>;

/** What newer models of OpenAI call the token limit. */
const LIMIT = "max_tokens";
const NEWER_LIMIT = "max_completion_tokens";

/** The settings that fields are of. */
const SETTINGS: Record<string, keyof Settings> = {
  temperature: "temperature",
  seed: "seed",
  top_p: "topP",
  [LIMIT]: "maxTokens",
};

/** An error about a full context may name a field such as `max_tokens`, but the server does not refuse that field. */
export const CONTEXT = /context (length|size|window)|maximum context|too large|too long|exceeds? .*(token|length)/i;

/** Whether an error refuses the request because of its content. */
const isRefusal = (error: unknown): error is EndpointError =>
  error instanceof EndpointError && [400, 422].includes(error.status) && !CONTEXT.test(error.message);

export class Taken {
  readonly #refused = new Set<string>();
  /** What the token limit is called, where not as usual. */
  limitName: string | undefined;

  /** The settings that are not sent. @param think Thinking was asked for. */
  unused(think: boolean): (keyof Settings)[] {
    const unused = Object.keys(SETTINGS)
      .filter((name) => this.#refused.has(name))
      .map((name) => SETTINGS[name]!);
    return think && this.#refused.has("chat_template_kwargs") ? [...unused, "think"] : unused;
  }

  /**
   * Sends a request, again without the fields that the server names as it refuses them; if it names none, once with the needed ones
   * alone.
   *
   * @throws EndpointError
   */
  async send(needed: Fields, wanted: Fields, send: (body: Fields) => Promise<Response>): Promise<Response> {
    for (;;) {
      const kept = Object.entries(wanted).filter(([name]) => !this.#refused.has(name));
      const named = (name: string): string => (name === LIMIT ? (this.limitName ?? name) : name);
      try {
        return await send({ ...needed, ...Object.fromEntries(kept.map(([name, value]) => [named(name), value])) });
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const names = kept.map(([name]) => name).filter((name) => says(error.message, named(name)));
        if (names.length) this.#learn(names);
        else if (kept.length) return this.#bare(needed, kept, send, error);
        else throw error;
      }
    }
  }

  #learn(names: readonly string[]): void {
    for (const name of names) {
      if (name === LIMIT && !this.limitName) this.limitName = NEWER_LIMIT;
      else this.#refused.add(name);
    }
    if (this.#refused.has(LIMIT)) this.limitName = undefined;
  }

  async #bare(
    needed: Fields,
    kept: readonly [string, unknown][],
    send: (body: Fields) => Promise<Response>,
    error: EndpointError,
  ): Promise<Response> {
    let response: Response;
    try {
      response = await send(needed);
    } catch {
      // The fields were not the reason.
      throw error;
    }
    for (const [name] of kept) this.#refused.add(name);
    return response;
  }
}

/** Whether a text has a name, not as a part of another. */
function says(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w])${name}(?![\\w])`).test(text);
}
