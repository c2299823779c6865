// The notices that travel with every site: which packages are in its scripts and in the two WebAssembly files, with their licences.
// What is in a script, esbuild says; what is in WebAssembly, `licences/parts.json` does, for the very versions that are in the lock file.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const MODULES = "node_modules/";

/** The folders of npm's packages whose code is in what esbuild made. */
export function packagesOf(metafiles) {
  const found = new Set();
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
        const at = path.lastIndexOf(MODULES);
        if (at < 0 || !bytesInOutput) continue;
        const [first, second] = path.slice(at + MODULES.length).split("/");
        found.add(first.startsWith("@") ? `${first}/${second}` : first);
      }
    }
  }
  return [...found].sort();
}

/** The text of all notices. */
export function notices(browser, packages) {
  const read = (...path) => readFileSync(join(browser, ...path), "utf8").trim();
  const parts = JSON.parse(read("licences", "parts.json"));
  const texts = new Map();
  const lines = ["This site carries programs of others, made smaller or compiled. These are their licences.", ""];
  const note = (what, licence, text) => {
    lines.push(`- ${what}: ${licence}`);
    if (text) texts.set(text, [...(texts.get(text) ?? []), what]);
  };
  for (const name of new Set([...packages, ...Object.keys(parts)])) {
    const folder = join(browser, "node_modules", name);
    const { version, license } = JSON.parse(read("node_modules", name, "package.json"));
    const own = readdirSync(folder).find((file) => /^licen[cs]e([-.]\w+)*$/i.test(file));
    const inside = parts[name];
    if (inside && inside.version !== version) {
      throw new Error(
        `licences/parts.json says what is in ${name} ${inside.version}, and ${version} is installed: look again`,
      );
    }
    if (!own && !inside) throw new Error(`${name} has no licence's text`);
    note(`${name} ${version}`, license, own ? read("node_modules", name, own) : "");
    for (const part of inside?.parts ?? []) {
      const path = ["licences", `${part.text}.txt`];
      if (part.text && !existsSync(join(browser, ...path))) throw new Error(`there is no ${path.join("/")}`);
      note(`${part.name}, in ${name} (${part.source})`, part.licence, part.text ? read(...path) : "");
    }
  }
  for (const [text, whose] of texts) lines.push("", "=".repeat(80), ...whose, "=".repeat(80), "", text);
  return `${lines.join("\n")}\n`;
}
