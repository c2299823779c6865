import { t } from "./texts.ts";

/** Copies a text and says so on the button for a moment. */
export async function copyText(text: string, button: HTMLButtonElement): Promise<void> {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = t("copied");
  } catch {
    button.textContent = t("copy_refused");
  }
  setTimeout(() => (button.textContent = label), 2000);
}
