/** Scripts of ours that a page fetches where it needs them: classic ones, because module scripts do not run on a page that was opened from a file. */
import { BASE } from "./base.ts";
import { trustedScript } from "./trusted.ts";

/** Files that were asked for, and when they have run. */
const asked = new Map<string, Promise<void>>();

/** Fetches and runs a script of ours once. @throws Error It could not be fetched. */
export function fetched(file: string): Promise<void> {
  const known = asked.get(file);
  if (known) return known;
  const loading = new Promise<void>((resolve, reject) => {
    const script = document.createElement("script");
    script.src = trustedScript(BASE + file);
    script.onload = () => {
      script.remove();
      resolve();
    };
    script.onerror = () => {
      script.remove();
      asked.delete(file);
      reject(new Error(file));
    };
    document.head.append(script);
  });
  asked.set(file, loading);
  return loading;
}
