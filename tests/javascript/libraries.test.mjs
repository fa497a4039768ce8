import assert from "node:assert/strict";
import { test } from "node:test";
import { TextEncoder } from "node:util";

import { bodiesOf, libraryOf } from "../../toolkit/runtime/node/libraries.mjs";

const text = (word) => [word.length, ...new TextEncoder().encode(word)];
const section = (id, content) => [id, content.length, ...content];
const BODY = [2, 0, 0x0b]; // its size, no locals, end

// A module that imports of each kind, and has two functions of its own.
const MODULE = new Uint8Array([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, 0x60, 0, 0]),
  ...section(2, [
    5,
    ...[...text("env"), ...text("function"), 0, 0],
    ...[...text("env"), ...text("table"), 1, 0x70, 1, 1, 9],
    ...[...text("env"), ...text("memory"), 2, 0, 1],
    ...[...text("env"), ...text("global"), 3, 0x7f, 0],
    ...[...text("env"), ...text("tag"), 4, 0, 0],
  ]),
  ...section(3, [2, 0, 0]),
  ...section(10, [2, ...BODY, ...BODY]),
]);

test("V8 takes the module too", () => {
  assert.ok(WebAssembly.validate(MODULE));
});

test("bodies of functions, after the imported ones", () => {
  const { first, bodies } = bodiesOf(MODULE);
  assert.equal(first, 1);
  const end = MODULE.length;
  assert.deepEqual(bodies, [
    [end - 5, end - 3],
    [end - 2, end],
  ]);
});

test("the library that has a function's body at an offset", () => {
  const FS = { readFile: (path) => (path === "/a.so" ? MODULE.subarray(0, 8) : MODULE) };
  const paths = ["/a.so", "/b.so"];
  assert.equal(libraryOf(FS, paths, 2, MODULE.length - 1), "/b.so");
  assert.equal(libraryOf(FS, paths, 1, MODULE.length - 1), undefined);
  assert.equal(libraryOf(FS, paths, 7, 1), undefined);
});
