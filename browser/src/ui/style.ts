/** Links a style sheet, unless the page has it: MkDocs' plugin links those of custom widgets itself, the Markdown extension alone cannot. */
export function linkStyle(url: string): void {
  const links = document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]');
  if ([...links].some(({ href }) => href === url)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = url;
  document.head.append(link);
}
