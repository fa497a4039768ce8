import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { broughtBy, segmentsOf } from "../../toolkit/lite/snapshot/node/segments.mjs";

const RUNTIME = "/opt/spec14/runtime/pyodide.asm.wasm";

/** Numbers of the WebAssembly core specification, "Binary format". */
const MAGIC = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const [CUSTOM, MEMORY, EXPORT, DATA, COUNT] = [0, 5, 7, 11, 12];
const [I32_CONST, I64_CONST, GLOBAL_GET, END] = [0x41, 0x42, 0x23, 0x0b];

/** LEB128: a number without sign. */
function unsigned(number) {
  const bytes = [];
  for (; number > 0x7f; number = Math.floor(number / 128)) bytes.push((number % 128) | 0x80);
  return [...bytes, number];
}

/** LEB128: a 32-bit number with sign. */
function signed(number) {
  const bytes = [];
  for (; number < -64 || number > 63; number >>= 7) bytes.push((number & 0x7f) | 0x80);
  return [...bytes, number & 0x7f];
}

const section = (id, ...content) => [id, ...unsigned(content.flat().length), ...content.flat()];
const vector = (bytes) => [...unsigned(bytes.length), ...bytes];
const at = (place) => [I32_CONST, ...signed(place), END];
const active = (place, bytes) => [0, ...at(place), ...vector(bytes)];
const passive = (bytes) => [1, ...vector(bytes)];

/** A module with `pages` of memory, which is exported, and with `segments`. */
const moduleOf = (segments, { pages = 1, before = [] } = {}) =>
  new Uint8Array([
    ...MAGIC,
    ...section(MEMORY, [1, 0], unsigned(pages)),
    ...section(EXPORT, 1, vector([0x6d]), 2, 0),
    ...before,
    ...section(COUNT, unsigned(segments.length)),
    ...section(DATA, unsigned(segments.length), segments.flat()),
  ]);

/** The memory that an engine gives to an instance of a module. */
function memoryOf(bytes, imports = {}) {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);
  return new Uint8Array(Object.values(exports).find((one) => one instanceof WebAssembly.Memory).buffer);
}

/** A memory in which the segments of a module lie. */
function laid(segments, size) {
  const memory = new Uint8Array(size);
  for (const [place, content] of segments) memory.set(content, place);
  return memory;
}

const listed = (segments) => segments.map(([place, content]) => [place, [...content]]);

/** An entry of the runtime's global offset table. */
const entry = () => new WebAssembly.Global({ value: "i32", mutable: true }, 0);

test("the runtime's segments are what an engine makes of its memory", () => {
  const bytes = readFileSync(RUNTIME);
  const imports = {};
  for (const { module, name, kind } of WebAssembly.Module.imports(new WebAssembly.Module(bytes))) {
    imports[module] ??= {};
    imports[module][name] = kind === "global" ? entry() : () => 0;
  }
  const memory = memoryOf(bytes, imports);
  const segments = segmentsOf(bytes);
  assert.ok(segments.length > 1000, `${segments.length}`);
  const size = segments.reduce((sum, [, content]) => sum + content.length, 0);
  assert.ok(size > 2_000_000, `${size} bytes`);
  assert.ok(segments.every(([, content]) => content.buffer === bytes.buffer), "views, and no copies");
  assert.equal(Buffer.compare(laid(segments, memory.length), memory), 0);
});

test("segments are found wherever they go, and of whatever length", () => {
  const long = Array.from({ length: 300 }, (_, n) => n % 256);
  // One, two and three bytes of LEB128; at 64 its sign takes a second one.
  const wanted = [
    [0, [1]],
    [63, [2]],
    [64, [3]],
    [127, [4]],
    [128, [5, 6]],
    [8191, []],
    [8192, long],
    [65_536, [7]],
    [2 * 65_536 - 1, [8]],
  ];
  const bytes = moduleOf(
    wanted.map((one) => active(...one)),
    { pages: 2 },
  );
  const segments = segmentsOf(bytes);
  assert.deepEqual(listed(segments), wanted);
  assert.deepEqual(laid(segments, 2 * 65_536), memoryOf(bytes));
});

test("the upper half of a memory has places as well", () => {
  // As an engine reads it: a negative constant.
  const bytes = moduleOf([active(-(2 ** 31), [1]), active(-1, [2])]);
  assert.ok(WebAssembly.validate(bytes));
  assert.deepEqual(listed(segmentsOf(bytes)), [
    [2 ** 31, [1]],
    [2 ** 32 - 1, [2]],
  ]);
});

test("what goes nowhere by itself is passed over, and other sections are", () => {
  // A section of its own that looks like one of data.
  const before = section(CUSTOM, vector([0x78]), section(DATA, 1, active(5, [9])));
  const bytes = moduleOf([passive([1, 2, 3]), active(16, [4]), passive([]), active(32, [5])], { before });
  const segments = segmentsOf(bytes);
  assert.deepEqual(listed(segments), [
    [16, [4]],
    [32, [5]],
  ]);
  assert.deepEqual(laid(segments, 65_536), memoryOf(bytes));
});

test("a module without data has no segments", () => {
  assert.deepEqual(segmentsOf(new Uint8Array(MAGIC)), []);
  assert.deepEqual(segmentsOf(moduleOf([])), []);
  // In the middle of a larger piece of memory.
  const bytes = moduleOf([active(7, [1, 2])]);
  const larger = new Uint8Array(bytes.length + 20).fill(255);
  larger.set(bytes, 10);
  assert.deepEqual(listed(segmentsOf(larger.subarray(10, 10 + bytes.length))), [[7, [1, 2]]]);
});

test("a place that nobody knows before the start is an error", () => {
  const without = (...place) => moduleOf([[0, ...place, END, ...vector([1])]]);
  assert.throws(() => segmentsOf(without(GLOBAL_GET, 0)), /no constant place/);
  assert.throws(() => segmentsOf(without(I64_CONST, 0)), /no constant place/);
  assert.throws(() => segmentsOf(moduleOf([[2, 0, ...at(8), ...vector([1])]])), /names its memory/);
});

const WORTH = 512;
const SIZE = 8192;

/** Bytes none of which is like its neighbour, and none empty. */
const content = (length) => new Uint8Array(length).map((_, n) => 1 + (n % 250));

/** What is brought of one segment of `length` bytes at `place`; `old` and `now` are changed places. */
function brought(place, length, { old = [], now = [] } = {}) {
  const segments = [[place, content(length)]];
  const [before, heap] = [laid(segments, SIZE), laid(segments, SIZE)];
  for (const one of old) before[one] ^= 255;
  for (const one of now) heap[one] ^= 255;
  return broughtBy(segments, before, heap);
}

test("a segment that nobody changes is brought, if it is worth an entry", () => {
  assert.deepEqual(brought(1000, 3000), [[1000, 3000]]);
  assert.deepEqual(brought(1000, WORTH), [[1000, WORTH]]);
  assert.deepEqual(brought(1000, WORTH - 1), []);
  assert.deepEqual(brought(1000, 0), []);
  assert.deepEqual(brought(0, SIZE), [[0, SIZE]]);
});

for (const [name, changed] of [
  ["what Python has changed is shipped, and what stands around it is not", (places) => ({ now: places })],
  ["what a start changes before it is given a heap is shipped", (places) => ({ old: places })],
  ["so is what both changed in the same way", (places) => ({ old: places, now: places })],
]) {
  test(name, () => {
    const [first, last] = [1000, 3999];
    const tried = (...places) => brought(first, 3000, changed(places));
    assert.deepEqual(tried(first), [[first + 1, 2999]]);
    assert.deepEqual(tried(last), [[first, 2999]]);
    assert.deepEqual(tried(2000), [
      [first, 1000],
      [2001, 1999],
    ]);
    // Left of the one stand 511 bytes, right of the other 512; between them one.
    assert.deepEqual(tried(first + WORTH - 1, first + WORTH + 1), [[first + WORTH + 2, 3000 - WORTH - 2]]);
    assert.deepEqual(tried(last - WORTH, last - WORTH - 2), [
      [first, 3000 - WORTH - 3],
      [last - WORTH + 1, WORTH],
    ]);
    // What stands beside the segment is nothing to it.
    assert.deepEqual(tried(first - 1, last + 1), [[first, 3000]]);
  });
}

test("each segment has pieces of its own, though they touch", () => {
  const segments = [
    [0, content(600)],
    [600, content(400)],
    [1000, content(700)],
  ];
  const memory = laid(segments, SIZE);
  assert.deepEqual(broughtBy(segments, memory, memory), [
    [0, 600],
    [1000, 700],
  ]);
  assert.deepEqual(broughtBy([], memory, memory), []);
});

test("what another segment has written over is not brought by the first", () => {
  const segments = [
    [0, content(2000)],
    [600, new Uint8Array(600).fill(255)],
  ];
  const memory = laid(segments, SIZE);
  assert.deepEqual(broughtBy(segments, memory, memory), [
    [0, 600],
    [1200, 800],
    [600, 600],
  ]);
});

test("of a segment that ends beyond the heap the rest is not brought", () => {
  const segments = [[1000, content(3000)]];
  const memory = laid(segments, SIZE);
  assert.deepEqual(broughtBy(segments, memory, memory.subarray(0, 2000)), [[1000, 1000]]);
  assert.deepEqual(broughtBy(segments, memory.subarray(0, 2000), memory), [[1000, 1000]]);
});
