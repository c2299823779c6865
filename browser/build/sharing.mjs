// Modules that two scripts of a page have in common, where the second only ever runs after the first: they are in the first, which
// lends them to the second. So a class is the same class in both, a module has one state, and no byte is sent twice. Modules of
// ECMAScript would do the same, but a page that was opened from a file cannot load them.
import { resolve } from "node:path";

const place = (name) => `globalThis[Symbol.for(${JSON.stringify(name)})]`;

/**
 * For the script that runs second.
 *
 * @param name Where the page has what is lent.
 * @param inputs The files of the first script.
 * @param borrowed A set, to which the paths of those that the second imports are added.
 */
export function borrower(name, inputs, borrowed) {
  const lent = new Set(inputs.map((path) => resolve(path)));
  return {
    name: "borrower",
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ path, resolveDir, kind }) => {
        const file = resolve(resolveDir, path);
        if (kind !== "import-statement" || !lent.has(file)) return undefined;
        borrowed.add(file);
        return { path: file, namespace: "borrowed" };
      });
      build.onLoad({ filter: /./, namespace: "borrowed" }, ({ path }) => ({
        contents: `module.exports = ${place(name)}[${[...borrowed].indexOf(path)}];`,
      }));
    },
  };
}

/** What the first script begins with: it lends the files of `borrowed`, and is `entry`. */
export function lending(name, borrowed, entry) {
  const files = [...borrowed].map((path, number) => `import * as lent${number} from ${JSON.stringify(path)};`);
  const names = files.map((_, number) => `lent${number}`);
  return `import ${JSON.stringify(entry)};\n${files.join("\n")}\n${place(name)} = [${names}];`;
}
