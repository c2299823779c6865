/** What a list of models says of each, whichever server's it is. */

/** Names of models that make embeddings, or sounds, pictures and judgements, where the list does not say what a model is for. */
const OTHERS = /embed|rerank|^(.*\/)?bge-|whisper|\btts\b|moderation|dall-e|stable-diffusion/i;

/** Whether a model answers prompts, as far as its list tells. */
export function isChat(name: string, type = "", capabilities: readonly unknown[] = []): boolean {
  if (capabilities.length) return capabilities.includes("completion");
  if (type) return !/embed|rerank|image|audio|moderation|speech|transcrib/i.test(type);
  return !OTHERS.test(name);
}
