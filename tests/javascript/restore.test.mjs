import "./standins/modules.mjs";

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";

import { emscripten, MemoryFS, PLACES, pyodide } from "./standins/pyodide.mjs";
import { BROUGHT, browser, LOCK, packed, PAGE, site } from "./standins/site.mjs";

const { listed, place, putPages, restored } = await import("../../toolkit/lite/start/spec14-restore.mjs");
const { restoring } = await import("../../toolkit/runtime/heap/spec14-heap.mjs");

const TIME = 1_577_836_800;
const text = (bytes) => new TextDecoder().decode(bytes);

test("packed files are listed as views of one piece of memory", () => {
  const files = { "/lib/ü.py": "one", "/empty": "", "/lib/b/c.bin": "three" };
  const bytes = packed(files);
  // Not at the beginning of its buffer.
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  for (const one of [bytes, shifted.subarray(3)]) {
    const found = [...listed(one)];
    assert.deepEqual(Object.fromEntries(found.map(([path, view]) => [path, text(view)])), files);
    assert.ok(found.every(([, view]) => view.buffer === one.buffer));
  }
  assert.deepEqual([...listed(packed({}))], []);
});

test("files are placed in folders that are there, and in new ones", () => {
  const FS = new MemoryFS();
  const lib = FS.filesystems.MEMFS.createNode(FS.root, "lib", 0o40777);
  FS.filesystems.MEMFS.createNode(lib, "old.py", 0o100666);
  place(FS, [packed({ "/lib/a/b.py": "b", "/top": "top" }), packed({ "/lib/a/c.py": "c", "/lib/d": "d" })], TIME);
  assert.deepEqual(Object.keys(FS.root.contents), ["lib", "top"]);
  assert.deepEqual(Object.keys(lib.contents), ["old.py", "a", "d"]);
  assert.deepEqual(Object.keys(lib.contents.a.contents), ["b.py", "c.py"]);
  assert.equal(FS.read("/lib/a/c.py"), "c");
  const { node } = FS.lookupPath("/top");
  assert.deepEqual([node.mode, node.usedBytes], [0o100666, 3]);
  assert.deepEqual([node.atime, node.mtime, node.ctime], [TIME * 1000, TIME * 1000, TIME * 1000]);
  assert.equal(lib.contents.a.mode, 0o40777);
});

test("names that JavaScript has for every object are names like others", () => {
  const FS = new MemoryFS();
  place(FS, [packed({ "/constructor/toString/valueOf": "a", "/hasOwnProperty": "b" })], TIME);
  assert.equal(FS.read("/constructor/toString/valueOf"), "a");
  assert.equal(FS.read("/hasOwnProperty"), "b");
});

test("pages go where they were, and the rest is empty", () => {
  const pages = new Uint8Array(3 * PAGE).fill(1, 0, PAGE).fill(2, PAGE, 2 * PAGE).fill(3, 2 * PAGE);
  const memory = new Uint8Array(8 * PAGE).fill(9);
  putPages(memory, pages, { runs: [[1, 2], [5, 1]], brought: [], memory: 7 * PAGE });
  const firsts = Array.from({ length: 8 }, (_, page) => memory[page * PAGE]);
  const lasts = Array.from({ length: 8 }, (_, page) => memory[(page + 1) * PAGE - 1]);
  assert.deepEqual(firsts, [0, 1, 2, 0, 0, 3, 0, 9]);
  assert.deepEqual(lasts, firsts);
});

test("a memory without any page is empty", () => {
  const memory = new Uint8Array(2 * PAGE).fill(9);
  putPages(memory, new Uint8Array(), { runs: [], brought: [], memory: PAGE });
  assert.deepEqual([memory[0], memory[PAGE - 1], memory[PAGE]], [0, 0, 9]);
});

test("what the runtime has brought is left where it is, in pages that come and in empty ones", () => {
  const before = new Uint8Array(7 * PAGE).map((_, at) => 1 + (at % 251));
  const pages = new Uint8Array(3 * PAGE).fill(255);
  // Within a page, over the bounds of an empty one and one that comes, of two that come, at the very end.
  const brought = [
    [40, 1],
    [PAGE - 300, 600],
    [2 * PAGE - 1, 2],
    [5 * PAGE, PAGE],
    [7 * PAGE - 512, 512],
  ];
  const memory = before.slice();
  putPages(memory, pages, { runs: [[1, 2], [5, 1]], brought, memory: 7 * PAGE });
  const expected = new Uint8Array(7 * PAGE).fill(255, PAGE, 3 * PAGE).fill(255, 5 * PAGE, 6 * PAGE);
  for (const [at, length] of brought) expected.set(before.subarray(at, at + length), at);
  assert.equal(Buffer.compare(memory, expected), 0);
});

/** Start from the site's snapshot. */
async function begin({ change = () => {}, parts = {}, lock, machine, options = {} } = {}) {
  const { manifest, files, parts: made } = site();
  change(manifest);
  const { load, asked } = pyodide({ machine });
  const given = {
    heap: Promise.resolve(made.heap.content),
    files: Promise.resolve([made.kernel.content, made.numpy.content]),
    ...parts,
  };
  const asks = { lockFileURL: LOCK, packages: ["ipython"], stdout: () => {}, ...options };
  const text = lock ?? Promise.resolve(files.get("pyodide-lock.json"));
  const settings = { manifest, parts: given, lock: text, scope: browser() };
  return { py: await restored(load, asks, settings), asked, asks };
}

test("the memory is that of the snapshot, but for the words that are this instance's own", async () => {
  const { py } = await begin();
  const { HEAPU8, HEAP32, zones } = py._module;
  assert.equal(HEAPU8.length, 6 * PAGE);
  const pages = Array.from({ length: 6 }, (_, page) => HEAPU8[page * PAGE]);
  assert.deepEqual(pages, [0, 7, 0, 0, 8, 0]);
  // The runtime's own memory is full of fives.
  for (const [at, length] of BROUGHT) {
    const around = [at - 1, at, at + length - 1, at + length].map((place) => HEAPU8[place]);
    const page = HEAPU8[at - (at % PAGE)];
    assert.deepEqual(around, [page, 5, 5, page]);
  }
  assert.equal(HEAP32[(PLACES.runtime + PLACES.trampoline) >>> 2], 1234);
  // The reader's time zone is written over that of the snapshot, where this one has its words.
  assert.equal(zones.length, 1);
  assert.deepEqual(zones[0], { words: [PLACES.zone, PLACES.summer, 0, 0], second: 7 });
});

test("the runtime is told of the lock, of no package, and of files before Python starts", async () => {
  const seen = [];
  const fsInit = async (FS, paths) => seen.push([FS.read("/lib/kernel.py"), paths]);
  const { py, asked, asks } = await begin({ options: { fsInit, env: { A: "1" } } });
  const [options] = asked;
  assert.equal("lockFileURL" in options, false);
  assert.equal(options.packageBaseUrl, "https://docs.example/lite/static/pyodide/");
  assert.deepEqual(Object.keys(JSON.parse(await options.lockFileContents).packages), ["ipython", "numpy", "extra"]);
  assert.deepEqual([options.packages, options.env, options.stdout], [[], { A: "1" }, asks.stdout]);
  assert.deepEqual(seen, [["kernel", { sitePackages: "/lib" }]]);
  assert.equal(py.FS.read("/home/a/b.txt"), "b");
});

test("what is there counts as loaded, and Python's own list of it is that one", async () => {
  const { py } = await begin();
  assert.deepEqual(py.loadedPackages, { ipython: "default channel", numpy: "default channel" });
  assert.equal(py.keys[6], py.loadedPackages);
  assert.deepEqual([py.keys[5], py.keys[7]], [null, "last"]);
});

test("then what belongs to the visit is made new", async () => {
  const { py } = await begin();
  assert.deepEqual(py.renewed, [["spec14_visit", ["HOME=/home/pyodide", "TZ=Europe/Rome"], "Browser/1"]]);
});

test("a fault of a part fails the start, whenever it comes", async () => {
  const late = () => new Promise((_, reject) => setTimeout(() => reject(new Error("cut off")), 20));
  for (const name of ["heap", "files"]) {
    await assert.rejects(begin({ parts: { [name]: Promise.reject(new Error("cut off")) } }), /cut off/);
    await assert.rejects(begin({ parts: { [name]: late() } }), /cut off/);
  }
});

test("so does a fault of the lock, and Python's memory is not touched before it is there", async () => {
  const late = () => new Promise((_, reject) => setTimeout(() => reject(new Error("another lock")), 20));
  for (const lock of [Promise.reject(new Error("another lock")), late()]) {
    let started = false;
    const machine = { onRestore: () => (started = true) };
    await assert.rejects(begin({ lock, machine }), /another lock/);
    assert.equal(started, false);
  }
});

test("where the runtime fails first, nobody is left to hear of the parts", async () => {
  const unheard = [];
  const hear = (reason) => unheard.push(reason);
  process.on("unhandledRejection", hear);
  try {
    const late = new Promise((_, reject) => setTimeout(() => reject(new Error("cut off")), 20));
    const settings = { manifest: site().manifest, parts: { heap: late, files: late }, lock: late, scope: browser() };
    const { load } = pyodide({ fails: () => "no memory" });
    await assert.rejects(restored(load, { lockFileURL: LOCK }, settings), /no memory/);
    await new Promise((resolve) => setTimeout(resolve, 40));
  } finally {
    process.off("unhandledRejection", hear);
  }
  assert.deepEqual(unheard, []);
});

test("a heap of which nobody says what is brought fails the start", async () => {
  await assert.rejects(begin({ change: ({ heap }) => delete heap.brought }));
});

test("a memory that does not grow fails the start", async () => {
  await assert.rejects(begin({ machine: { most: 5 } }), /does not grow/);
});

test("one that is larger already is taken as it is", async () => {
  const { py } = await begin({ machine: { pages: 9 } });
  assert.equal(py._module.HEAPU8.length, 9 * PAGE);
  assert.equal(py._module.HEAPU8[5 * PAGE], 0);
});

test("objects that Python held are found by their names, and no others", async () => {
  const own = { ours: { a: 1 } };
  const Module = emscripten();
  const options = restoring({
    factory: async () => async () => Module,
    start: new TextEncoder().encode("start"),
    size: PAGE,
    put: () => {},
    ready: Promise.resolve(),
    own,
  });
  await options.createPyodideModule({});
  const find = options._snapshotDeserializer;
  assert.equal(find("ours"), own.ours);
  assert.equal(find("py.runPython"), Module.API.public_api.runPython);
  assert.equal(find("api.config"), Module.API.config);
  assert.throws(() => find("py.gone"), /an object py\.gone, which is not here/);
});
