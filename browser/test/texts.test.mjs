// Addresses, keys, drawings in texts, and links: what needs no page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopback, isPrivate, Key, readAddress, written } from "../src/chat/address.ts";
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

test("which hosts are near", () => {
  for (const host of ["localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]"]) assert.ok(isLoopback(host), host);
  for (const host of ["localhost.example.org", "128.0.0.1", "127.0.0.1.example.org"])
    assert.ok(!isLoopback(host), host);
  for (const host of ["10.1.2.3", "192.168.0.5", "172.16.0.1", "lab.local", "gpu-box"])
    assert.ok(isPrivate(host), host);
  for (const host of ["172.32.0.1", "11.0.0.1", "example.org"]) assert.ok(!isPrivate(host), host);
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
