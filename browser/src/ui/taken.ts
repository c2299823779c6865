/** An answer that was taken out of the chat: what the chat gives to the fields for evidence, which may keep it. */
export interface Taken {
  readonly prompt: string;
  /** What the conversation began with; empty for nothing. */
  readonly system: string;
  /** How many prompts of the conversation came before. */
  readonly earlier: number;
  /** The server's name of the model that was asked. */
  readonly model: string;
  /** What the reader saw for it. */
  readonly label: string;
  readonly endpoint: string;
  readonly text: string;
  readonly thinking: string;
  /** `chat/wire.ts` says what they mean; durations are milliseconds. */
  readonly settings: Readonly<Record<string, number | boolean>>;
  readonly figures: Readonly<Record<string, number>>;
  /** Settings, figures and end in words. */
  readonly words: readonly string[];
}
