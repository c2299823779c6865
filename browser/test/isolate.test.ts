// Text that turns the direction of what stands beside it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isolated } from "../src/ui/isolate.ts";
import { texts } from "../src/ui/texts.ts";

test("what turns the direction ends with its own text", () => {
  const cases = {
    plain: "plain",
    שלום: "שלום",
    "a\u202egnp.exe": "\u2068a\u202egnp.exe\u2069",
    "\u2069out": "\u2068out\u2069",
    "\u2067in": "\u2068\u2067in\u2069\u2069",
    "\u2066a\u2069\u2069b": "\u2068\u2066a\u2069b\u2069",
  };
  for (const [given, expected] of Object.entries(cases)) assert.equal(isolated(given), expected);
});

test("so does what takes a placeholder's place", () => {
  const t = texts("test", { said: "{name} answered in {count} s." } as const);
  assert.equal(t("said", { name: "a\u202eb", count: 3 }), "\u2068a\u202eb\u2069 answered in 3 s.");
});
