// The page's Python under Node, for tests and benchmarks: runs code in the built archives, and prints the value of its last line.
//
//     node page_python.mjs FOLDER NAMES CODE [FILE]
//
// FOLDER has `python.zip`; NAMES are those of other archives to add, with commas between. CODE is `-` where standard input has it,
// because systems limit the length of an argument.
//
// The code finds `seconds()` of processor time and `heap()` in bytes; with a file also its `size` and `ask(start, stop)`.
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { loadPyodide } from "pyodide";

const [folder, names, code, path] = process.argv.slice(2);
const { info } = createRequire(import.meta.url)("pyodide/pyodide-lock.json");
const python = await loadPyodide({
  stdLibURL: `${folder}/python.zip`,
  lockFileContents: { info, packages: {} },
  packageBaseUrl: "./",
});
const { call } = python.pyimport("mkdocs_quantlab.engine.core.dispatch");
call("start", "{}").destroy();
for (const name of names.split(",").filter(Boolean)) {
  const file = readdirSync(folder).find((each) => each.replace(/-[0-9a-f]{12}\.zip$/, "") === name);
  if (!file) throw new Error(`there is no archive ${name}`);
  call("add_archive", JSON.stringify({ name }), new Uint8Array(readFileSync(`${folder}/${file}`))).destroy();
}
python.globals.set("seconds", () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
});
python.globals.set("heap", () => python._module.HEAP8.length);
if (path) {
  const file = readFileSync(path);
  python.globals.set("size", file.length);
  python.globals.set("ask", (start, stop) => new Uint8Array(file.subarray(start, stop)));
}
/** All of standard input. Not by `readFileSync`, which fails where a pipe has nothing yet. */
async function input() {
  const pieces = [];
  for await (const piece of process.stdin) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}
console.log(python.runPython(code === "-" ? await input() : code));
