// Builds mkdocs_quantlab/static: the scripts and the style from src/, Pyodide and llama.cpp's WebAssembly from npm's packages,
// and the archives of Python modules that pages fetch. Needs Node and what `npm ci` installed, and no network.
import * as esbuild from "esbuild";
import { gzipSync } from "node:zlib";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeArchives } from "./archive.mjs";
import { notices, packagesOf } from "./notices.mjs";
import { borrower, lending } from "./sharing.mjs";

const browser = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(browser);
const target = join(root, "mkdocs_quantlab", "static");
const require = createRequire(import.meta.url);
const pyodide = dirname(require.resolve("pyodide/package.json"));
const wllama = dirname(require.resolve("@wllama/wllama/package.json"));
const versionOf = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;

/** When a file, or the newest file below a folder, was last changed. */
function changed(path) {
  if (!existsSync(path)) return -Infinity;
  const own = statSync(path);
  if (!own.isDirectory()) return path.endsWith(".pyc") ? -Infinity : own.mtimeMs;
  return Math.max(-Infinity, ...readdirSync(path).map((name) => changed(join(path, name))));
}

const inputs = [
  join(browser, "src"),
  join(browser, "build"),
  join(browser, "licences"),
  join(browser, "package-lock.json"),
  join(root, "mkdocs_quantlab", "api"),
  join(root, "mkdocs_quantlab", "engine"),
  join(root, "mkdocs_quantlab", "__init__.py"),
];
if (changed(join(target, "quantlab.js")) > Math.max(...inputs.map(changed))) process.exit();

// Built beside, then put in place at once: whoever reads the files meanwhile sees the old ones or the new ones.
const out = `${target}.new`;
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "pyodide"), { recursive: true });
mkdirSync(join(out, "wllama"));

const { archives, parts } = await makeArchives(pyodide, join(root, "mkdocs_quantlab"));
const hash = createHash("sha256");
for (const bytes of Object.values(archives)) hash.update(bytes);
const build = hash.digest("hex").slice(0, 12);

const common = {
  bundle: true,
  minify: true,
  target: "es2022",
  legalComments: "none", // `notices.txt` has them all
  define: {
    BUILD: JSON.stringify(build),
    PARTS: JSON.stringify(parts),
  },
};
const metafiles = [];
/** What esbuild makes; its list of what is inside is kept, for the notices. */
async function bundled(options) {
  const result = await esbuild.build({ ...options, metafile: true });
  metafiles.push(result.metafile);
  return result;
}
const source = (name) => join(browser, "src", name);
// Addresses of servers that are not the site's, which wllama falls back to and this page never does.
const elsewhere = /https:\/\/(cdn\.jsdelivr\.net|huggingface\.co)[^"]*/g;
const withoutServers = {
  name: "without-servers",
  setup: (build) =>
    build.onLoad({ filter: /wllama[\\/]esm[\\/]index\.min\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(elsewhere, ""),
      loader: "js",
    })),
};
const runtime = join(out, "wllama", "wllama.js");
await bundled({
  ...common,
  entryPoints: [source("chat/wllama.ts")],
  outfile: runtime,
  format: "esm",
  plugins: [withoutServers],
  inject: [source("ui/blob_worker.ts")],
  define: { ...common.define, Worker: "BlobWorker" },
});
if (elsewhere.test(readFileSync(runtime, "utf8"))) throw new Error("wllama names a server");
const wasm = readFileSync(join(wllama, "esm", "wasm", "wllama.wasm"));
writeFileSync(join(out, "wllama", "wllama.wasm"), wasm);
const sent = [readFileSync(runtime), wasm].reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0);

/** CodeMirror's styles as a constructed sheet, which policies without 'unsafe-inline' allow; in documents it takes an element. */
const constructedSheets = {
  name: "constructed-sheets",
  setup: (build) =>
    build.onLoad({ filter: /style-mod[\\/]src[\\/]style-mod\.js$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      const contents = text.replace("if (!root.head && root.adoptedStyleSheets", "if (root.adoptedStyleSheets");
      if (contents === text) throw new Error("style-mod has changed");
      return { contents, loader: "js" };
    }),
};

/** A style sheet as the text that its script brings along. */
async function style(name) {
  const {
    outputFiles: [file],
  } = await bundled({ ...common, entryPoints: [source(name)], write: false });
  return { STYLE: JSON.stringify(file.text) };
}
/** The chat's script, and the comparison's, which runs after it and takes from it what both have. */
const chat = {
  ...common,
  outfile: join(out, "chat.js"),
  format: "iife",
  define: {
    ...common.define,
    ...(await style("chat/chat.css")),
    WLLAMA: JSON.stringify({ version: versionOf(wllama), wasm: wasm.length, sent }),
  },
};
const { metafile: inside } = await esbuild.build({
  ...chat,
  entryPoints: [source("chat/index.ts")],
  metafile: true,
  write: false,
});
// A module that is lent is whole in the first script; of the texts, each is to have its own groups only.
const shared = Object.keys(inside.inputs).filter((path) => !path.includes("generated/"));
const borrowed = new Set();
await bundled({
  ...common,
  entryPoints: [source("chat/compare/script.ts")],
  outfile: join(out, "compare.js"),
  format: "iife",
  define: { ...common.define, ...(await style("chat/compare/compare.css")) },
  plugins: [borrower("quantlab.chat", shared, borrowed)],
});
/** The document of the frame in which the reader's code runs, as one text, beside the file that it is as well. */
const frame = readFileSync(source("python/live_frame.html"), "utf8");
const {
  outputFiles: [frameScript],
} = await bundled({ ...common, entryPoints: [source("python/live_frame.ts")], write: false, format: "iife" });
writeFileSync(join(out, "live_frame.html"), frame);
writeFileSync(join(out, "live_frame.js"), frameScript.text);
const link = '<script src="live_frame.js"></script>';
if (!frame.includes(link)) throw new Error("live_frame.html does not load its script");
const inline = frame.replace(/<!--.*?-->\n/s, "").replace(link, () => `<script>${frameScript.text}</script>`);
/** The style of sites: what all widgets share, then what each widget has of its own, by name. */
const widgets = join(root, "mkdocs_quantlab", "engine", "widgets");
const own = readdirSync(widgets)
  .sort()
  .map((name) => join(widgets, name, "style.css"));
const sheets = [source("styles/quantlab.css"), ...own.filter(existsSync)];
await Promise.all([
  // Classic: module scripts do not run on file://.
  bundled({
    ...common,
    entryPoints: [source("quantlab.ts")],
    outfile: join(out, "quantlab.js"),
    format: "iife",
  }),
  esbuild.build({
    ...common,
    entryPoints: [source("widget/live_script.ts")],
    outfile: join(out, "live.js"),
    format: "esm",
    define: { ...common.define, LIVE_FRAME: JSON.stringify(inline) },
  }),
  bundled({
    ...common,
    entryPoints: [source("widget/interact_script.ts")],
    outfile: join(out, "interact.js"),
    format: "iife",
  }),
  bundled({
    ...common,
    entryPoints: [source("lab/index.ts")],
    outfile: join(out, "lab.js"),
    format: "iife",
  }),
  bundled({
    ...chat,
    stdin: { contents: lending("quantlab.chat", borrowed, source("chat/index.ts")), resolveDir: browser, loader: "js" },
  }),
  bundled({
    ...common,
    entryPoints: [source("chat/svg_script.ts")],
    outfile: join(out, "svg.js"),
    format: "iife",
  }),
  // Beside each other: the first fetches the others where an answer has formulas or code.
  ...["worker", "tex", "highlight"].map((name) =>
    bundled({
      ...common,
      entryPoints: [source(`chat/markdown/${name}.ts`)],
      outfile: join(out, name === "worker" ? "markdown.js" : `${name}.js`),
      format: "esm",
    }),
  ),
  bundled({
    ...common,
    entryPoints: [source("evidence/index.ts")],
    outfile: join(out, "evidence.js"),
    format: "iife",
    define: await style("evidence/evidence.css"),
  }),
  bundled({
    ...common,
    entryPoints: [source("python/worker.ts")],
    outfile: join(out, "worker.js"),
    format: "esm",
  }),
  // Classic, and in one piece: it runs where nothing can be fetched.
  bundled({
    ...common,
    entryPoints: [source("python/live_worker.ts")],
    outfile: join(out, "live_worker.js"),
    format: "iife",
  }),
  bundled({
    ...common,
    entryPoints: [source("widget/files.ts")],
    outfile: join(out, "files.js"),
    format: "esm",
  }),
  bundled({
    ...common,
    entryPoints: [source("widget/quantize.ts")],
    outfile: join(out, "quantize.js"),
    format: "esm",
  }),
  bundled({
    ...common,
    entryPoints: [source("widget/editor.ts")],
    outfile: join(out, "editor.js"),
    format: "esm",
    plugins: [constructedSheets],
    define: await style("widget/editor.css"),
  }),
  bundled({
    ...common,
    stdin: {
      contents: sheets.map((file) => `@import ${JSON.stringify(file)};`).join("\n"),
      resolveDir: root,
      loader: "css",
    },
    outfile: join(out, "quantlab.css"),
  }),
]);

// Texts of other languages, a classic script for each group, for the same reason.
const catalogues = join(root, "mkdocs_quantlab", "engine", "core", "texts");
const [, translated] = /TRANSLATED: .* = (.*);/.exec(readFileSync(source("generated/texts.ts"), "utf8"));
for (const [language, groups] of Object.entries(JSON.parse(translated))) {
  const catalogue = JSON.parse(readFileSync(join(catalogues, `${language}.json`), "utf8"));
  mkdirSync(join(out, "texts", language), { recursive: true });
  for (const group of groups) {
    const key = JSON.stringify(`${language} ${group}`);
    writeFileSync(
      join(out, "texts", language, `${group}.js`),
      `globalThis[Symbol.for("quantlab.texts")].texts[${key}]=${JSON.stringify(catalogue[group])};`,
    );
  }
}

// Many web servers know no type for `.mjs`, and browsers run no module without one.
for (const name of ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm"]) {
  copyFileSync(join(pyodide, name), join(out, "pyodide", name.replace(".mjs", ".js")));
}
// For Node, which tests of widgets run these scripts in. No site gets it.
writeFileSync(join(out, "pyodide", "package.json"), JSON.stringify({ type: "module" }));
for (const [name, bytes] of Object.entries(archives)) {
  writeFileSync(join(out, "pyodide", name === "python" ? "python.zip" : `${name}-${build}.zip`), bytes);
}
// For `quantlab widgets lock`: which Pyodide packages must be made for. No site gets it.
const { info } = JSON.parse(readFileSync(join(pyodide, "pyodide-lock.json"), "utf8"));
writeFileSync(join(out, "pyodide", "info.json"), JSON.stringify({ version: versionOf(pyodide), ...info }));
writeFileSync(join(out, "notices.txt"), notices(browser, packagesOf(metafiles)));
rmSync(target, { recursive: true, force: true });
renameSync(out, target);
