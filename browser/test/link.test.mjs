// What a tab keeps of its widgets for Back: once a control rests, and before the page is hidden.
import assert from "node:assert/strict";
import { mock, test } from "node:test";

const listeners = {};
const written = [];
const kept = new Map();
globalThis.location = new URL("https://site.test/lab/");
globalThis.addEventListener = (event, listener) => (listeners[event] = listener);
globalThis.sessionStorage = {
  setItem: (key, value) => {
    written.push(value);
    kept.set(key, value);
  },
  getItem: (key) => kept.get(key) ?? null,
  removeItem: (key) => kept.delete(key),
};
const { keepLink, keptQuery, watchReturns } = await import("../src/ui/link.ts");
watchReturns();

const drag = (from, to) => {
  for (let value = from; value <= to; value++)
    keepLink("quantlab-1", `https://site.test/lab/?quantlab-1.bits=${value}`);
};

test("a control that is dragged is kept once, where it rests", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  drag(1, 100);
  assert.deepEqual(written, []);
  mock.timers.tick(1000);
  assert.deepEqual(written, ["?quantlab-1.bits=100"]);
  mock.timers.reset();
});

for (const event of ["pagehide", "visibilitychange"])
  test(`${event} keeps what does not rest yet`, () => {
    written.length = 0;
    drag(1, 3);
    listeners[event]();
    assert.deepEqual(written, ["?quantlab-1.bits=3"]);
  });

test("who comes back before it rests finds it", () => {
  drag(4, 7);
  listeners.popstate();
  assert.equal(keptQuery("quantlab-1"), "?quantlab-1.bits=7");
});

test("what the author set needs no place", () => {
  keepLink("quantlab-1", "https://site.test/lab/#quantlab-1");
  listeners.pagehide();
  assert.equal(kept.size, 0);
});
