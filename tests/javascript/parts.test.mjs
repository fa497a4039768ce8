import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { bytesOf, obstacle, sha256 } from "../../toolkit/lite/start/spec14-parts.mjs";
import { NOTHING, open } from "../../toolkit/lite/start/spec14-store.mjs";
import { browser, HERE, part, server } from "./standins/site.mjs";

const CONTENT = new Uint8Array(200_000).map((_, at) => (at * at) % 251);
const { entry, file } = part("heap", CONTENT);

/** Get the part from a server that has `served`. */
async function get(served, { store = NOTHING, scope = browser(), signal } = {}) {
  const come = [];
  const { fetch, asked } = server(new Map(served === undefined ? [] : [["heap.snapshot", served]]));
  const onBytes = (name, bytes) => come.push([name, bytes]);
  const bytes = await bytesOf(entry, { base: HERE, store, scope, fetch, signal, onBytes });
  return { bytes, come, asked };
}

const flipped = (bytes, at) => bytes.map((byte, place) => (place === at ? byte ^ 1 : byte));

test("a part comes whole, and its bytes are told of as they come", async () => {
  const { bytes, come } = await get(file);
  assert.deepEqual(bytes, CONTENT);
  assert.ok(come.every(([name]) => name === "heap.snapshot"));
  assert.equal(
    come.reduce((sum, [, count]) => sum + count, 0),
    file.length,
  );
});

test("what is not the part that was built is none", async () => {
  const other = CONTENT.map((byte) => byte ^ 1);
  const faults = [
    [file.slice(0, -100), /^heap\.snapshot: ./],
    [file.slice(0, 10), /^heap\.snapshot: ./],
    [new Uint8Array(), /^heap\.snapshot: ./],
    [flipped(file, Math.floor(file.length / 2)), /^heap\.snapshot: ./],
    [flipped(file, 0), /^heap\.snapshot: ./],
    [gzipSync(CONTENT.subarray(0, -1)), /^heap\.snapshot: 199999 of its 200000 bytes$/],
    [gzipSync(Buffer.concat([CONTENT, Buffer.from("x")])), /^heap\.snapshot: more than its 200000 bytes$/],
    [gzipSync(flipped(CONTENT, 3)), /^heap\.snapshot: not the file that was built$/],
    [gzipSync(other), /^heap\.snapshot: not the file that was built$/],
    ["<!doctype html><title>Not found</title>", /^heap\.snapshot: ./],
    [undefined, /^heap\.snapshot: the server answers 404$/],
    [() => new Response("", { status: 500 }), /^heap\.snapshot: the server answers 500$/],
  ];
  for (const [served, message] of faults) await assert.rejects(get(served), { message });
});

test("a fetch ends when it is told to, with that reason", async () => {
  const ended = new AbortController();
  ended.abort(new Error("the line is slow"));
  await assert.rejects(get(file, { signal: ended.signal }), /the line is slow/);
});

test("its reason is told where a browser's streams have one of their own", async () => {
  const ended = new AbortController();
  const scope = browser();
  const answer = () => {
    queueMicrotask(() => ended.abort(new Error("the line is slow")));
    const body = new ReadableStream({
      async pull() {
        await new Promise((resolve) => setTimeout(resolve, 10));
        throw new DOMException("The operation was aborted.", "AbortError");
      },
    });
    return new Response(body);
  };
  await assert.rejects(get(answer, { signal: ended.signal, scope }), { message: "the line is slow" });
});

test("what the browser has is not fetched", async () => {
  const scope = browser();
  const store = await open(scope);
  await store.keep(entry.sha256, [[entry, CONTENT]]);
  const { bytes, come, asked } = await get(file, { store, scope });
  assert.deepEqual(bytes, CONTENT);
  assert.deepEqual([come, asked], [[], []]);
});

test("the browser's damaged copy is dropped, and the site's is fetched", async () => {
  for (const damaged of [flipped(CONTENT, 5), CONTENT.subarray(1), new Uint8Array(200_001)]) {
    const scope = browser();
    const store = await open(scope);
    await store.keep(entry.sha256, [[entry, damaged]]);
    const { bytes, asked } = await get(file, { store, scope });
    assert.deepEqual(bytes, CONTENT);
    assert.deepEqual(asked, ["heap.snapshot"]);
    assert.equal(await store.has(entry), false);
  }
});

test("a part of a shared site is fetched from where it is shared", async () => {
  const { fetch, asked } = server(new Map([["https://docs.example/shared/heap.snapshot", file]]));
  const shared = { ...entry, file: "../../../shared/heap.snapshot" };
  const place = { base: HERE, store: NOTHING, scope: browser(), fetch, onBytes() {} };
  assert.deepEqual(await bytesOf(shared, place), CONTENT);
  assert.deepEqual(asked, ["https://docs.example/shared/heap.snapshot"]);
});

test("what a browser may lack", () => {
  assert.equal(obstacle(browser()), "");
  assert.match(obstacle({ ...browser(), DecompressionStream: undefined }), /inflates nothing/);
  assert.match(obstacle({ ...browser(), crypto: {} }), /not secure/);
  assert.match(obstacle({ ...browser(), crypto: undefined }), /not secure/);
});

test("SHA-256", async () => {
  assert.equal(await sha256(CONTENT), entry.sha256);
  assert.equal(
    await sha256(new Uint8Array()),
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  );
});
