// The archives of Python modules that a page fetches: the needed part of the standard library and the engine, all compiled.
// Pyodide's own archive holds sources, and compiling them takes most of its start (docs/benchmarks.md).
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

/** Python files that the page runs, by their name in the archive: the engine with its texts, and what widgets import. */
function engine(root) {
  const files = [join(root, "__init__.py")];
  for (const folder of ["api", "engine"]) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && /\.(py|json)$/.test(entry.name)) files.push(join(entry.parentPath, entry.name));
    }
  }
  return files
    .sort()
    .map((file) => [["mkdocs_quantlab", ...relative(root, file).split(sep)].join("/"), readFileSync(file)]);
}

/**
 * Makes the archives, inside Pyodide: only the Python that will load the files can compile them.
 *
 * @param pyodide The folder of npm's package.
 * @param root The folder of our Python package.
 * @returns The bytes of zip files by name, and which of them each widget and method of the worker needs beside `python`.
 */
export async function makeArchives(pyodide, root) {
  const { loadPyodide } = await import(pathToFileURL(join(pyodide, "pyodide.mjs")).href);
  // Without the column numbers of tracebacks the archives are a quarter smaller.
  const env = { HOME: "/home/pyodide", PYTHONNODEBUGRANGES: "1", PYTHONPATH: "/engine" };
  const files = [...engine(root), ["sitecustomize.py", readFileSync(join(here, "sitecustomize.py"))]];
  const fsInit = async (FS) => {
    for (const [name, bytes] of files) {
      FS.mkdirTree(`/engine/${dirname(name)}`);
      FS.writeFile(`/engine/${name}`, bytes);
    }
  };
  const python = await loadPyodide({ indexURL: pyodide, env, fsInit });
  const boot = python.runPython("import sys; list(sys.modules)").toJs();
  python.FS.writeFile("/boot.json", JSON.stringify(boot));
  python.FS.writeFile("/compile_archive.py", readFileSync(join(here, "compile_archive.py")));
  python.FS.writeFile("/python_stdlib.zip", readFileSync(join(pyodide, "python_stdlib.zip")));
  python.runPython("exec(compile(open('/compile_archive.py').read(), 'compile_archive.py', 'exec'))");
  const names = python.FS.readdir("/archives").filter((name) => name.endsWith(".zip"));
  const archives = Object.fromEntries(
    names.sort().map((name) => [name.replace(".zip", ""), python.FS.readFile(`/archives/${name}`)]),
  );
  return { archives, parts: JSON.parse(python.FS.readFile("/archives/parts.json", { encoding: "utf8" })) };
}
