import assert from "node:assert/strict";
import test from "node:test";
import { validPath, validPoints } from "../src/chat/svg_values.ts";

test("a path is kept up to the first mistake", () => {
  for (const good of [
    "",
    "M0 0",
    "m10-20.5.5-1l1e2,-3 4 5z M1,1h2v-3H4",
    "M0 0 C1 2 3 4 5 6 7 8 9 10 11 12 S1 2 3 4 Q1 2 3 4 T5 6",
    "M0,0A5 5 0 01 10 10 a5,5,0,1,0,3,3Z",
    "M10 10 20 20",
  ])
    assert.equal(validPath(good), good);
  for (const [bad, kept] of [
    ["L0 0", ""],
    ["0 0", ""],
    ["M", ""],
    ["M0", ""],
    ["M,0 0", ""],
    ["M0 0 L5", "M0 0"],
    ["M0 0L5 5 6", "M0 0L5 5"],
    ["M0 0 C1 2 3 4 5 x", "M0 0"],
    ["M0 0 A5 5 0 2 0 1 1", "M0 0"],
    ["M0 0 X1 2", "M0 0"],
    ["M0 0, L1 1", "M0 0"],
    ["M0 0 lightblue", "M0 0"],
    ["M0 0 L NaN 3", "M0 0"],
  ] as const)
    assert.equal(validPath(bad), kept, bad);
});

test("points are kept in pairs up to the first mistake", () => {
  for (const [points, kept] of [
    ["0,0 10,10 20-5", "0,0 10,10 20-5"],
    ["0,0 10", "0,0"],
    ["0 0, 1 1, two", "0 0, 1 1"],
    ["none", ""],
  ] as const)
    assert.equal(validPoints(points), kept);
});

test("long paths cost in proportion", () => {
  const long = `M0 0${"l1 1 ".repeat(40_000)}x`;
  assert.equal(validPath(long), long.slice(0, -2));
  assert.equal(validPath(`M0 0 ${"\t".repeat(200_000)}`), "M0 0");
  assert.equal(validPath(`M${"1".repeat(200_000)}`), "");
});
