// The page's Python under Node, for tests and benchmarks: runs code in the built archive, and prints the value of its last line.
//
//     node page_python.mjs ARCHIVE CODE [FILE]
//
// The code finds `seconds()` of processor time and `heap()` in bytes; with a file also its `size` and `ask(start, stop)`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { loadPyodide } from "pyodide";

const [archive, code, path] = process.argv.slice(2);
const { info } = createRequire(import.meta.url)("pyodide/pyodide-lock.json");
const python = await loadPyodide({ stdLibURL: archive, lockFileContents: { info, packages: {} }, packageBaseUrl: "./" });
python.pyimport("mkdocs_quantlab.engine.core.dispatch").call("start", "{}").destroy();
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
console.log(python.runPython(code));
