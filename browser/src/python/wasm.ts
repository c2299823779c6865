import { t } from "../ui/shared_texts.ts";

/** Compiles WebAssembly while it arrives, or, where the server names a wrong type, afterwards. */
export async function compile(url: string): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(t("answered", { url, status: String(response.status) }));
  return response.headers.get("content-type")?.startsWith("application/wasm")
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}
