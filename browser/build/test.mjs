// Runs tests/*.test.ts: the parts of src/ that need no browser, under Node's own test runner.
import * as esbuild from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const tests = join(dirname(dirname(fileURLToPath(import.meta.url))), "tests");
const outdir = mkdtempSync(join(tmpdir(), "quantlab-"));
try {
  const entryPoints = readdirSync(tests).filter((name) => name.endsWith(".test.ts")).map((name) => join(tests, name));
  await esbuild.build({ entryPoints, outdir, bundle: true, platform: "node", format: "esm", outExtension: { ".js": ".mjs" }, sourcemap: "inline" });
  const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", outdir], { stdio: "inherit" });
  process.exitCode = status ?? 1;
} finally {
  rmSync(outdir, { recursive: true, force: true });
}
