// Builds mkdocs_quantlab/static: the scripts and the style from src/, Pyodide from npm's package, and the archive of
// Python modules that the page's Python starts with. Needs Node and what `npm ci` installed, and no network.
import * as esbuild from "esbuild";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { archive } from "./archive.mjs";

const browser = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(browser);
const out = join(root, "mkdocs_quantlab", "static");
const pyodide = dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));
const { version } = JSON.parse(readFileSync(join(pyodide, "package.json"), "utf8"));

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "pyodide"), { recursive: true });

const common = {
  bundle: true,
  minify: true,
  target: "es2022",
  legalComments: "none",
  define: { PYODIDE_VERSION: JSON.stringify(version) },
};
const source = (name) => join(browser, "src", name);
await Promise.all([
  // Classic: module scripts do not run on file://.
  esbuild.build({ ...common, entryPoints: [source("quantlab.ts")], outfile: join(out, "quantlab.js"), format: "iife", supported: { "dynamic-import": true } }),
  esbuild.build({ ...common, entryPoints: [source("python.ts")], outfile: join(out, "python.mjs"), format: "esm" }),
  esbuild.build({ ...common, entryPoints: [source("worker.ts")], outfile: join(out, "worker.mjs"), format: "esm" }),
  esbuild.build({ ...common, entryPoints: [source("quantlab.css")], outfile: join(out, "quantlab.css") }),
]);

for (const name of ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"]) {
  copyFileSync(join(pyodide, name), join(out, "pyodide", name));
}
writeFileSync(join(out, "pyodide", "python.zip"), await archive(pyodide, join(root, "mkdocs_quantlab")));
