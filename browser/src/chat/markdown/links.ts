/** The address of a link that may be followed, or null. */
export function safeLink(text: string): string | null {
  try {
    const url = new URL(text);
    return ["http:", "https:", "mailto:"].includes(url.protocol) && !url.username && !url.password ? url.href : null;
  } catch {
    // Without a scheme it would lead into this site.
    return null;
  }
}
