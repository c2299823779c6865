// Addresses, keys, drawings in texts, and links: what needs no page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Key, likelyMeant, readAddress, written } from "../src/chat/address.ts";
import { isLoopback, isMixedContent, isPrivate } from "../src/ui/network.ts";
import { differences, histogram } from "../src/chat/card.ts";

test("addresses as people type them", () => {
  const cases = {
    "localhost:11434": "http://localhost:11434",
    "127.0.0.1:8080/": "http://127.0.0.1:8080",
    "models.example.edu": "https://models.example.edu",
    " https://models.example.edu/v1/ ": "https://models.example.edu/v1",
    "http://[::1]:11434": "http://[::1]:11434",
  };
  for (const [typed, meant] of Object.entries(cases)) assert.equal(written(readAddress(typed)), meant);
  for (const typed of [
    "",
    "ftp://x",
    "javascript:alert(1)",
    "http://",
    "https://u:p@host",
    "https://host/?key=1",
    "https://host/#x",
    "a b",
  ]) {
    assert.throws(
      () => readAddress(typed),
      (error) => !/u:p|key=1/.test(error.message),
      typed,
    );
  }
});

test("near the right address, where nothing answers on the reader's own machine", () => {
  const cases = {
    localhost: "http://localhost:11434",
    "https://localhost:11434": "http://localhost:11434",
    "https://127.0.0.1": "http://127.0.0.1:11434",
    "http://localhost/v1": "http://localhost:11434/v1",
    "http://localhost:11434": undefined,
    "http://localhost:8080": undefined,
    "https://models.example.edu": undefined,
  };
  for (const [typed, meant] of Object.entries(cases)) {
    const found = likelyMeant(readAddress(typed));
    assert.equal(found && written(found), meant, typed);
  }
});

test("which hosts are near", () => {
  for (const host of ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]"]) assert.ok(isLoopback(host), host);
  for (const host of ["localhost.example.org", "128.0.0.1", "127.0.0.1.example.org"])
    assert.ok(!isLoopback(host), host);
  for (const host of ["10.1.2.3", "192.168.0.5", "172.16.0.1", "lab.local", "gpu-box"])
    assert.ok(isPrivate(host), host);
  for (const host of ["172.32.0.1", "11.0.0.1", "example.org"]) assert.ok(!isPrivate(host), host);
});

const AGENTS = {
  chromium: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
  firefox: "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
  safari:
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
  "Chrome on iOS":
    "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/150.0.0.0 Mobile/15E148 Safari/604.1",
};

test("which requests of a page on https each engine blocks", () => {
  const blocked = (address) =>
    Object.entries(AGENTS).flatMap(([name, agent]) =>
      isMixedContent(new URL(address), "https:", agent) ? [name] : [],
    );
  const all = Object.keys(AGENTS);
  for (const host of ["localhost:11434", "127.0.0.1", "[::1]:8080"])
    assert.deepEqual(blocked(`http://${host}`), ["safari", "Chrome on iOS"], host);
  for (const host of ["192.168.7.7:11434", "lab.local"])
    assert.deepEqual(blocked(`http://${host}`), all.slice(1), host);
  assert.deepEqual(blocked("http://models.example.org"), all);
  assert.deepEqual(blocked("https://localhost"), []);
  assert.ok(!isMixedContent(new URL("http://example.org"), "http:", AGENTS.safari));
});

test("a key is never sent in the clear, but to this machine", () => {
  const key = new Key();
  key.set("abc", new URL("http://localhost:11434"));
  assert.equal(key.for(new URL("http://localhost:11434/api/chat")), "abc");
  assert.equal(key.for(new URL("http://localhost:11435/api/chat")), "");
  assert.throws(() => key.set("abc", new URL("http://models.example.edu")), /plain http/);
  assert.equal(key.for(new URL("http://localhost:11434/")), "");
  assert.throws(
    () => key.set("a b\nc", new URL("https://x.example")),
    (error) => !error.message.includes("a b"),
  );
});

test("tensor types of a file, and what two files differ in", () => {
  const card = (types, metadata) => ({
    name: "m",
    metadata,
    tensors: types.map(([type, ...shape]) => ({ name: "t", type, shape })),
  });
  const a = card(
    [
      ["Q4_K", 2, 3],
      ["F32", 4],
      ["Q4_K", 5],
    ],
    { x: 1, y: [1], z: null },
  );
  assert.deepEqual(histogram(a), [
    { type: "Q4_K", tensors: 2, values: 11 },
    { type: "F32", tensors: 1, values: 4 },
  ]);
  assert.deepEqual(differences(a, card([], { x: 2, y: [1], w: "s" })), [
    { key: "w", values: ["–", '"s"'] },
    { key: "x", values: ["1", "2"] },
    { key: "z", values: ["null", "–"] },
  ]);
});
