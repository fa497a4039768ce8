import assert from "node:assert/strict";
import { test } from "node:test";

import { NOTHING, open } from "../../toolkit/lite/start/spec14-store.mjs";
import { MemoryCaches } from "./standins/caches.mjs";
import { browser } from "./standins/site.mjs";

const entry = (sha256) => ({ sha256 });
const bytes = (text) => new TextEncoder().encode(text);
const snapshot = (...names) => names.map((name) => [entry(name), bytes(name)]);

async function text(store, name) {
  return (await store.find(entry(name)))?.text();
}

test("what is kept is found again, by every page of the origin", async () => {
  const caches = new MemoryCaches();
  const store = await open(browser({ caches }));
  assert.equal(await store.has(entry("a")), false);
  assert.equal(await store.find(entry("a")), undefined);
  await store.keep("heap", snapshot("heap", "files"));
  const later = await open(browser({ caches }));
  assert.equal(await later.has(entry("heap")), true);
  assert.equal(await text(later, "files"), "files");
  await later.drop(entry("heap"));
  assert.equal(await later.has(entry("heap")), false);
  assert.equal(await text(later, "files"), "files");
});

test("what is there is not written again", async () => {
  const caches = new MemoryCaches();
  const store = await open(browser({ caches }));
  await store.keep("heap", snapshot("heap", "files"));
  await store.keep("heap", [[entry("heap"), bytes("changed")], ...snapshot("more")]);
  assert.equal(await text(store, "heap"), "heap");
  assert.deepEqual(caches.kept, ["heap", "more"]);
});

test("of the snapshots that were read longest ago nothing is kept", async () => {
  const caches = new MemoryCaches();
  const store = await open(browser({ caches }));
  await store.keep("one", snapshot("one", "kernel"));
  await store.keep("two", snapshot("two", "kernel", "numpy"));
  assert.deepEqual(caches.kept, ["kernel", "numpy", "one", "two"]);
  await store.keep("one", snapshot("one", "kernel"));
  await store.keep("three", snapshot("three", "kernel"));
  assert.deepEqual(caches.kept, ["kernel", "one", "three"]);
});

test("a snapshot for which there is no room is not kept", async () => {
  const caches = new MemoryCaches();
  let quota = 100;
  const store = await open(browser({ caches, estimate: async () => ({ quota, usage: 90 }) }));
  await store.keep("heap", snapshot("heap", "files"));
  assert.deepEqual(caches.kept, []);
  // Nine bytes: twice as many have to be left.
  quota = 108;
  await store.keep("heap", snapshot("heap", "files"));
  assert.deepEqual(caches.kept, ["files", "heap"]);
});

test("where the browser does not tell of its room, it is tried", async () => {
  for (const estimate of [undefined, () => Promise.reject(new TypeError("not here"))]) {
    const caches = new MemoryCaches();
    const store = await open(browser({ caches, estimate }));
    await store.keep("heap", snapshot("heap"));
    assert.deepEqual(caches.kept, ["heap"]);
  }
});

test("a browser that refuses storage keeps nothing, and that is no error", async () => {
  const refusing = { open: () => Promise.reject(new DOMException("no", "SecurityError")) };
  for (const scope of [{ ...browser(), caches: refusing }, { ...browser(), caches: undefined }]) {
    const store = await open(scope);
    assert.equal(store, NOTHING);
    await store.keep("heap", snapshot("heap"));
    await store.drop(entry("heap"));
    assert.equal(await store.has(entry("heap")), false);
    assert.equal(await store.find(entry("heap")), undefined);
  }
});

test("a browser that has less room than it says leaves what is there in order", async () => {
  const caches = new MemoryCaches();
  const store = await open(browser({ caches }));
  await store.keep("one", snapshot("one"));
  caches.only.full = true;
  await assert.rejects(store.keep("two", snapshot("two")), /no room/);
  assert.equal(await text(store, "one"), "one");
  assert.equal(await store.has(entry("two")), false);
  caches.only.full = false;
  await store.keep("two", snapshot("two"));
  assert.deepEqual(caches.kept, ["one", "two"]);
});

test("a store that has become unreadable has nothing", async () => {
  const caches = new MemoryCaches();
  const store = await open(browser({ caches }));
  await store.keep("one", snapshot("one"));
  caches.only.match = () => Promise.reject(new DOMException("gone", "UnknownError"));
  caches.only.delete = () => Promise.reject(new DOMException("gone", "UnknownError"));
  assert.equal(await store.has(entry("one")), false);
  assert.equal(await store.find(entry("one")), undefined);
  await store.drop(entry("one"));
});

test("an index that is none forgets what was kept, and no more", async () => {
  for (const index of ["{", "{}", "[1, null]", '[{"name": "one"}]']) {
    const caches = new MemoryCaches();
    const store = await open(browser({ caches }));
    await store.keep("one", snapshot("one"));
    await caches.only.put("/spec14-snapshots/index.json", new Response(index));
    await store.keep("two", snapshot("two"));
    assert.deepEqual(caches.kept, ["two"]);
  }
});
