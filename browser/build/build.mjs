// Builds mkdocs_quantlab/static: the scripts and the style from src/, Pyodide from npm's package, and the archive of
// Python modules that the page's Python starts with. Needs Node and what `npm ci` installed, and no network.
import * as esbuild from "esbuild";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { archive } from "./archive.mjs";

const browser = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(browser);
const target = join(root, "mkdocs_quantlab", "static");
const pyodide = dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));
const { version } = JSON.parse(readFileSync(join(pyodide, "package.json"), "utf8"));

/** When a file, or the newest file below a folder, was last changed. */
function changed(path) {
  if (!existsSync(path)) return -Infinity;
  const own = statSync(path);
  if (!own.isDirectory()) return path.endsWith(".pyc") ? -Infinity : own.mtimeMs;
  return Math.max(-Infinity, ...readdirSync(path).map((name) => changed(join(path, name))));
}

const inputs = [join(browser, "src"), join(browser, "build"), join(browser, "package-lock.json"), join(root, "mkdocs_quantlab", "engine"), join(root, "mkdocs_quantlab", "site", "connection.json"), join(root, "mkdocs_quantlab", "__init__.py")];
if (changed(join(target, "quantlab.js")) > Math.max(...inputs.map(changed))) process.exit();

// Built beside, then put in place at once: whoever reads the files meanwhile sees the old ones or the new ones.
const out = `${target}.new`;
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "pyodide"), { recursive: true });

const python = await archive(pyodide, join(root, "mkdocs_quantlab"));

const common = {
  bundle: true,
  minify: true,
  target: "es2022",
  legalComments: "none",
  define: {
    PYODIDE_VERSION: JSON.stringify(version),
    BUILD: JSON.stringify(createHash("sha256").update(python).digest("hex").slice(0, 12)),
  },
};
const source = (name) => join(browser, "src", name);
/** A style sheet as the text that its script brings along. */
async function style(name) {
  const { outputFiles: [file] } = await esbuild.build({ ...common, entryPoints: [source(name)], write: false });
  return { STYLE: JSON.stringify(file.text) };
}
await Promise.all([
  // Classic: module scripts do not run on file://.
  esbuild.build({ ...common, entryPoints: [source("quantlab.ts")], outfile: join(out, "quantlab.js"), format: "iife" }),
  esbuild.build({
    ...common,
    entryPoints: [source("chat/index.ts")],
    outfile: join(out, "chat.js"),
    format: "iife",
    define: await style("chat/chat.css"),
  }),
  esbuild.build({
    ...common,
    entryPoints: [source("evidence/index.ts")],
    outfile: join(out, "evidence.js"),
    format: "iife",
    define: await style("evidence/evidence.css"),
  }),
  esbuild.build({ ...common, entryPoints: [source("worker.ts")], outfile: join(out, "worker.mjs"), format: "esm" }),
  esbuild.build({ ...common, entryPoints: [source("editor.ts")], outfile: join(out, "editor.mjs"), format: "esm" }),
  esbuild.build({ ...common, entryPoints: [source("quantlab.css")], outfile: join(out, "quantlab.css") }),
]);

for (const name of ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"]) {
  copyFileSync(join(pyodide, name), join(out, "pyodide", name));
}
writeFileSync(join(out, "pyodide", "python.zip"), python);
rmSync(target, { recursive: true, force: true });
renameSync(out, target);
