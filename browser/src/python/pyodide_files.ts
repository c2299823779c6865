/** Where Pyodide's scripts are. */

export interface PyodideScripts {
  loader: string;
  runtime: string;
}

/**
 * The addresses of Pyodide's two scripts.
 *
 * @param base The folder of the site that holds our files. Its copy is named `.js`: many web servers have no type for `.mjs`, and browsers
 * run no module without one. Elsewhere the scripts have the names that Pyodide gives them.
 * @param folder The folder that holds Pyodide's files.
 */
export function scriptsOf(base: string, folder: string): PyodideScripts {
  const ending = folder.startsWith(base) ? "js" : "mjs";
  return { loader: `${folder}pyodide.${ending}`, runtime: `${folder}pyodide.asm.${ending}` };
}
