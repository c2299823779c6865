// Bundles the tests with what they import, as the page's scripts are, and runs them with Node's own test runner.
import * as esbuild from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = mkdtempSync(join(tmpdir(), "quantlab-test-"));
try {
  const tests = readdirSync(here).filter((name) => /\.test\.(mjs|ts)$/.test(name));
  await esbuild.build({
    entryPoints: tests.map((name) => join(here, name)),
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2022",
    // Modules that ask where the page's script is, as they are imported; nothing of the page is used.
    banner: { js: 'globalThis.document ??= { currentScript: { src: "https://site.test/quantlab.js" } };' },
  });
  const files = tests.map((name) => join(out, name.replace(/ts$/, "mjs")));
  process.exitCode =
    spawnSync(process.execPath, ["--expose-gc", "--test", "--test-timeout=120000", ...files], { stdio: "inherit" })
      .status ?? 1;
} finally {
  rmSync(out, { recursive: true });
}
