/**
 * The files of custom widgets in an interpreter. It has one version of each package at most: Python imports a module once, so that a
 * figure would be drawn with whichever version came first. A page of another build of the site, which may share the worker, gets an
 * interpreter of its own.
 */
import type { CustomFiles } from "./messages.ts";

/** The hash that the name of an archive ends with. */
const HASH = /-([0-9a-f]+)\.zip$/;

export class Mounts {
  /** The hash of each package that Python has, by its name. */
  readonly #versions = new Map<string, string>();

  /**
   * @param pyodide Unpacks packages.
   * @param take Calls `mount` of the engine.
   */
  constructor(
    readonly pyodide: { unpackArchive(wheel: ArrayBuffer, format: "wheel"): void },
    readonly take: (params: string, data: Uint8Array) => void,
  ) {}

  /** Gives Python the files that it does not have. @returns Whether it has no other version of them; otherwise it is given nothing. */
  mount({ file, module, data, wheels }: CustomFiles): boolean {
    const packages = wheels.map((wheel) => ({
      name: wheel.file.split("/").at(-1)!.split("-")[0]!.toLowerCase(),
      hash: wheel.sha256,
      give: () => this.pyodide.unpackArchive(wheel.data, "wheel"),
    }));
    packages.push({
      name: module.split(".")[0]!,
      hash: HASH.exec(file)![1]!,
      give: () => this.take(JSON.stringify({ file }), data),
    });
    if (packages.some(({ name, hash }) => (this.#versions.get(name) ?? hash) !== hash)) return false;
    for (const { name, hash, give } of packages) {
      if (this.#versions.has(name)) continue;
      give();
      this.#versions.set(name, hash);
    }
    return true;
  }
}
