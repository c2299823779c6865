// Numbers as readers type them, by the page's language. Pages with a decimal point leave them to Python:
// tests/fast/core/test_numbers.py reads that column of the table.
import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "../../tests/numbers_typed.json";
import { readNumber, readNumbers, written } from "../src/ui/numbers.ts";
import { setLanguage } from "../src/ui/texts.ts";

for (const tag of ["de", "de-AT", "fr"]) {
  for (const [name, read] of [
    ["number", readNumber],
    ["list", readNumbers],
  ] as const) {
    test(`a ${name} in ${tag}`, () => {
      setLanguage(tag);
      for (const { typed, de } of cases[name]) {
        if (de === null) assert.throws(() => read(typed), /can be read in more than one way/, typed);
        else assert.equal(read(typed), de, typed);
      }
    });
  }
}

test("pages with a decimal point leave what is typed to Python", () => {
  setLanguage("en-GB");
  for (const typed of ["0,5", "1,234.5", "many"]) {
    assert.equal(readNumber(typed), typed);
    assert.equal(readNumbers(typed), typed);
  }
});

test("what is no number is left to the option, which says what it takes", () => {
  setLanguage("de");
  assert.equal(readNumber("many"), "many");
  assert.equal(readNumbers("0.5 many"), "0.5 many");
  assert.equal(readNumber(""), "");
});

test("numbers are written by the page's language, and read back", () => {
  setLanguage("de");
  assert.equal(written("0.5 -1.25 1e-7"), "0,5 -1,25 1e-7");
  assert.equal(readNumbers(written("0.5 -1.25 1.125")), "0.5 -1.25 1.125");
  setLanguage("en");
  assert.equal(written("0.5"), "0.5");
});
