// Texts by language: filled in, counted, and English where a language has no group.
import assert from "node:assert/strict";
import { test } from "node:test";
import { languageOf, setLanguage, texts } from "../src/ui/texts.ts";

const english = {
  plain: "A text.",
  named: "{name} of {name}",
  counted: { one: "{count} bit", other: "{count} bits" },
} as const;
const t = texts("sample", english);

test("placeholders and plurals", () => {
  setLanguage("en");
  assert.equal(t("plain"), "A text.");
  assert.equal(t("named", { name: "{count}" }), "{count} of {count}");
  assert.deepEqual(
    [0, 1, 2, 1234].map((count) => t("counted", { count })),
    ["0 bits", "1 bit", "2 bits", "1,234 bits"],
  );
});

test("another language's group, and English where it has none", () => {
  setLanguage("de-AT");
  assert.equal(languageOf("sample"), "en");
  assert.equal(t("counted", { count: 1234 }), "1,234 bits");
  const place = (globalThis as never)[Symbol.for("quantlab.texts")] as { texts: Record<string, unknown> };
  place.texts["de sample"] = {
    plain: "Ein Text.",
    named: "{name} von {name}",
    counted: { one: "{count} Bit", other: "{count} Bits" },
  };
  assert.equal(languageOf("sample"), "de-AT");
  assert.equal(t("plain"), "Ein Text.");
  assert.match(t("counted", { count: 12345 }), /^12[.\u00a0]345 Bits$/);
  setLanguage("fr");
  assert.equal(t("plain"), "A text.");
});

test("the compiler asks for every placeholder", () => {
  setLanguage("en");
  // @ts-expect-error A placeholder is missing.
  assert.throws(() => t("named"));
  // @ts-expect-error The number that chooses the form is missing.
  assert.throws(() => t("counted"));
  // @ts-expect-error No text has this key.
  assert.throws(() => t("missing"));
});
