/** Which servers a page may reach, of this machine and of the local network. Used in workers, too. */

/** The host is this very machine. */
export function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/i.test(host);
}

/** The host is an address of a private network, or a name that only one has. */
export function isPrivate(host: string): boolean {
  return (
    /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|\[f[cd])/i.test(host) ||
    /\.(local|lan|internal|home\.arpa)$/i.test(host) ||
    /^[a-z0-9-]+$/i.test(host)
  );
}

/** The browser's engine, which no feature tells: all browsers of iOS have WebKit, whatever they are called. */
function engine(agent: string): "chromium" | "gecko" | "webkit" {
  if (/AppleWebKit/.test(agent) && !/Chrom(e|ium)\//.test(agent)) return "webkit";
  return /Gecko\/\d/.test(agent) ? "gecko" : "chromium";
}

/**
 * Whether the browser blocks a request as mixed content: to plain http, from a page that came by https.
 *
 * Firefox makes an exception for this machine, Chromium for the local network as well, if the reader allows it
 * (https://developer.chrome.com/blog/local-network-access). WebKit makes none (https://bugs.webkit.org/show_bug.cgi?id=171934).
 */
export function isMixedContent(url: URL, page = location.protocol, agent = navigator.userAgent): boolean {
  if (page !== "https:" || url.protocol !== "http:") return false;
  const kind = engine(agent);
  if (isLoopback(url.hostname)) return kind === "webkit";
  return kind !== "chromium" || !isPrivate(url.hostname);
}
