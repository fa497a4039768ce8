import "./standins/modules.mjs";

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";

import { MemoryCaches } from "./standins/caches.mjs";
import { pyodide } from "./standins/pyodide.mjs";
import { BROUGHT, browser, HERE, LOCK, PAGE, server, site, VERSION } from "./standins/site.mjs";

const { SILENCE } = await import("../../toolkit/lite/start/spec14-line.mjs");
const { start } = await import("../../toolkit/lite/start/spec14-snapshot.mjs");
const { open } = await import("../../toolkit/lite/start/spec14-store.mjs");

/** Until `happens`, or it never does. */
async function until(happens) {
  for (let looks = 0; looks < 300; looks += 1) {
    if (await happens()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("it never happens");
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const soon = () => pause(100);

/** A heap whose file is 2.6 MB, and comes in 40 pieces: 64 kB each 20 ms, about 3 MB each second. */
const large = () => ({ pages: randomBytes(640 * PAGE), memory: 640 * PAGE, runs: [[0, 640]], brought: [] });
const PIECES = { "heap.snapshot": { size: 64 * 1024, pause: 20 } };
const LARGE = { machine: { most: 640 } };

/** A site, a browser that visits it, and all that is seen of its kernels' starts. */
function visitors({ connection, drip, fails, machine, heap, ...more } = {}) {
  const built = site(heap);
  const { manifest, files } = built;
  const caches = new MemoryCaches();
  const seen = { told: [], come: [], kinds: [] };
  const { load, asked: loads } = pyodide({ fails, machine });
  const { fetch, asked } = server(files, { drip });
  const options = { lockFileURL: LOCK, indexURL: HERE, packages: ["ipython"], env: { A: "1" } };
  return {
    ...built,
    ...seen,
    caches,
    loads,
    asked,
    options,
    files,
    async visit({ scope = browser({ connection, caches }), asks = options } = {}) {
      if (!files.has("spec14-snapshot.json")) files.set("spec14-snapshot.json", JSON.stringify(manifest));
      if (files.get("spec14-snapshot.json") === "gone") files.delete("spec14-snapshot.json");
      asked.length = loads.length = 0;
      return start(asks, {
        load,
        version: VERSION,
        base: HERE,
        fetch,
        scope,
        after: 5,
        lineAfter: 5,
        onBytes: (name, bytes) => seen.come.push([name, bytes]),
        expect: (kind) => seen.kinds.push(kind),
        tell: (found) => seen.told.push(found),
        ...more,
      });
    },
  };
}

test("a kernel starts from the snapshot", async () => {
  const { visit, told, kinds, loads, options } = visitors();
  const before = structuredClone(options);
  const py = await visit();
  assert.deepEqual(told, [{ snapshot: true, reason: "", fault: false }]);
  assert.deepEqual(kinds, ["snapshot"]);
  assert.equal(loads.length, 1);
  assert.equal(py._module.HEAPU8[PAGE], 7);
  const [[at, length]] = BROUGHT;
  assert.deepEqual([py._module.HEAPU8[at], py._module.HEAPU8[at + length]], [5, 7]);
  assert.equal(py.FS.read("/lib/numpy.py"), "numpy");
  assert.deepEqual(options, before);
});

test("all that it fetches is told of, by name and to the last byte", async () => {
  const { visit, come, files } = visitors();
  await visit();
  const sums = new Map();
  for (const [name, bytes] of come) {
    const last = new URL(name, HERE).pathname.split("/").at(-1);
    sums.set(last, (sums.get(last) ?? 0) + bytes);
  }
  assert.deepEqual(Object.fromEntries([...sums].sort()), {
    "heap.snapshot": files.get("heap.snapshot").length,
    "kernel.snapshot": files.get("kernel.snapshot").length,
    "numpy.snapshot": files.get("numpy.snapshot").length,
    "pyodide-lock.json": files.get("pyodide-lock.json").length,
    "spec14-snapshot.json": files.get("spec14-snapshot.json").length,
  });
});

const answers = (status) => () => new Response("", { status });
const changed = (change) => (world) => change(world.manifest, world.files);
const served = (name, file) => (world) => world.files.set(name, file);

const FAULTS = [
  ["a manifest that the server fails to give", served("spec14-snapshot.json", answers(500)), /answers 500/],
  ["a manifest that is none", served("spec14-snapshot.json", "<!doctype html>"), /JSON/],
  ["a manifest that is nothing", served("spec14-snapshot.json", "null"), /another kind/],
  ["a manifest of another kind", changed((manifest) => (manifest.schema = 2)), /another kind/],
  ["another Pyodide", changed((manifest) => (manifest.pyodide = "314.0.7")), /is of Pyodide 314\.0\.7/],
  ["another lock", changed((manifest) => (manifest.lock = "0".repeat(64))), /of another lock/],
  ["a lock that has changed", (world) => world.files.set("pyodide-lock.json", '{"packages": {}}'), /of another lock/],
  ["no lock", (world) => world.files.delete("pyodide-lock.json"), /the lock: the server answers 404/],
  ["another wheel", changed((manifest) => (manifest.wheels.numpy = "0")), /another wheel of numpy/],
  ["a wheel that is gone", changed((manifest) => (manifest.wheels.gone = "0")), /another wheel of gone/],
  ["a part that is gone", (world) => world.files.delete("numpy.snapshot"), /numpy\.snapshot: .* 404/],
  ["a heap that is gone", (world) => world.files.delete("heap.snapshot"), /heap\.snapshot: .* 404/],
  [
    "a heap that is cut off",
    (world) => world.files.set("heap.snapshot", world.parts.heap.file.slice(0, -20)),
    /heap\.snapshot: ./,
  ],
  [
    "a heap with a flipped bit",
    (world) => {
      const other = world.parts.heap.content.slice();
      other[PAGE] ^= 1;
      world.files.set("heap.snapshot", gzipSync(other));
    },
    /heap\.snapshot: not the file that was built/,
  ],
  ["a page for an answer", served("kernel.snapshot", "<!doctype html>"), /kernel\.snapshot: ./],
  ["a start that is none", changed((manifest) => (manifest.start = btoa("other"))), /bad magic number/],
  ["a heap without a word of what is brought", changed(({ heap }) => delete heap.brought), /./],
  ["a manifest without its parts", changed((manifest) => delete manifest.files), /./],
];

for (const [name, damage, words] of FAULTS) {
  test(`${name} is a fault, and the kernel starts in the ordinary way`, async () => {
    const world = visitors();
    const { visit, told, kinds, loads, options, asked, caches } = world;
    damage(world);
    const before = structuredClone(options);
    const py = await visit();
    assert.equal(told.length, 1);
    assert.equal(told[0].snapshot, false);
    assert.equal(told[0].fault, true);
    assert.match(told[0].reason, words);
    assert.equal(kinds.at(-1), "ordinary");
    assert.equal(loads.at(-1), options);
    assert.deepEqual(options, before);
    assert.equal(py.asked, options);
    // It would not be better the next time.
    const fetched = asked.length;
    await soon();
    assert.equal(asked.length, fetched);
    if (caches.byName.size > 0) assert.deepEqual(caches.kept, []);
  });
}

const UNWANTED = [
  ["a site without a snapshot", served("spec14-snapshot.json", "gone"), {}, /has no memory snapshot/],
  [
    "a site that has a reason",
    served("spec14-snapshot.json", '{"schema": 1, "reason": "in firefox \'a result\' is 1"}'),
    {},
    /^in firefox 'a result' is 1$/,
  ],
  ["a browser that inflates nothing", () => {}, { DecompressionStream: undefined }, /inflates nothing/],
  ["a page that is not secure", () => {}, { crypto: {} }, /not secure/],
];

for (const [name, prepare, lacks, words] of UNWANTED) {
  test(`${name} is nobody's fault`, async () => {
    const world = visitors();
    prepare(world);
    const py = await world.visit({ scope: { ...browser(), ...lacks } });
    assert.equal(world.told.length, 1);
    const [{ snapshot, reason, fault }] = world.told;
    assert.deepEqual([snapshot, fault], [false, false]);
    assert.match(reason, words);
    assert.equal(py.asked, world.options);
    assert.ok(!world.asked.some((file) => file.endsWith(".snapshot")));
  });
}

test("a runtime that does not start from it starts in the ordinary way", async () => {
  const { visit, told, loads, options } = visitors({ fails: (_, nth) => (nth === 1 ? "no memory" : "") });
  const py = await visit();
  assert.deepEqual(told, [{ snapshot: false, reason: "no memory", fault: true }]);
  assert.equal(loads.length, 2);
  assert.equal(py.asked, options);
});

test("a machine without the memory for it starts in the ordinary way", async () => {
  const { visit, told } = visitors({ machine: { most: 5 } });
  const py = await visit();
  assert.match(told[0].reason, /memory does not grow/);
  assert.equal(py._module.HEAPU8.length, 4 * PAGE);
});

test("what fails in the ordinary start, too, is an error of the start", async () => {
  const { visit, told } = visitors({ fails: () => "no memory" });
  await assert.rejects(visit(), /no memory/);
  assert.equal(told.length, 1);
});

test("a browser that is offline says so, and the ordinary start is tried", async () => {
  const { visit, told, loads } = visitors({ fetch: () => Promise.reject(new TypeError("Failed to fetch")) });
  await visit();
  assert.deepEqual(told, [{ snapshot: false, reason: "Failed to fetch", fault: true }]);
  assert.equal(loads.length, 1);
});

test("what was fetched is kept, and a later visit fetches no part", async () => {
  const { visit, told, asked, caches, manifest } = visitors();
  await visit();
  await until(() => caches.only.entries.size === 4);
  const wanted = [manifest.heap, ...manifest.files].map(({ sha256 }) => sha256);
  assert.deepEqual(caches.kept, wanted.sort());
  const py = await visit();
  assert.deepEqual(asked, ["spec14-snapshot.json", "pyodide-lock.json"]);
  assert.equal(py._module.HEAPU8[4 * PAGE], 8);
  assert.deepEqual(told.at(-1), { snapshot: true, reason: "", fault: false });
});

test("what was read is not the next to go", async () => {
  const { visit, caches, manifest } = visitors();
  await visit();
  await until(() => caches.only.entries.size === 4);
  const store = await open(browser({ caches }));
  const other = (name) => store.keep(name, [[{ sha256: name }, new Uint8Array(1)]]);
  await other("second");
  await visit();
  const index = async () => (await caches.only.match("/spec14-snapshots/index.json")).json();
  await until(async () => (await index())[0].name === manifest.heap.sha256);
  await other("third");
  assert.ok(caches.kept.includes(manifest.heap.sha256));
  assert.ok(!caches.kept.includes("second"));
});

test("a browser without room for it starts from it all the same", async () => {
  const { visit, told, caches } = visitors();
  const cache = await caches.open("spec14-snapshots-1");
  cache.full = true;
  await visit();
  await soon();
  assert.deepEqual(caches.kept, []);
  assert.equal(told[0].snapshot, true);
});

test("a browser's damaged copy costs a fetch and nothing else", async () => {
  const { visit, told, asked, caches, manifest } = visitors();
  await visit();
  await until(() => caches.only.entries.size === 4);
  const [url] = [...caches.only.entries.keys()].filter((one) => one.endsWith(manifest.heap.sha256));
  caches.only.entries.get(url)[0] ^= 1;
  await visit();
  assert.equal(told.at(-1).snapshot, true);
  assert.deepEqual(
    asked.filter((name) => name.endsWith(".snapshot")),
    ["heap.snapshot"],
  );
  await until(async () => caches.only.entries.get(url)?.[0] === 7);
});

test("on a line that the browser knows as slow nothing is fetched before the kernel runs", async () => {
  const { visit, told, asked, kinds, caches, loads, options } = visitors({ connection: { effectiveType: "3g" } });
  await visit();
  assert.deepEqual(told, [{ snapshot: false, reason: "the line is slow (3g)", fault: false }]);
  assert.deepEqual([asked, kinds, loads], [["spec14-snapshot.json"], ["ordinary"], [options]]);
  // For the next visit.
  await until(() => caches.only.entries.size === 4);
  await visit();
  assert.deepEqual(told.at(-1), { snapshot: true, reason: "", fault: false });
  assert.ok(!asked.some((name) => name.endsWith(".snapshot")));
});

test("who saves data gets nothing for a next time, and uses what is there", async () => {
  const { visit, told, asked, caches } = visitors({ connection: { saveData: true } });
  await visit();
  await soon();
  assert.deepEqual(told, [{ snapshot: false, reason: "the browser saves data", fault: false }]);
  assert.deepEqual(asked, ["spec14-snapshot.json"]);
  assert.deepEqual(caches.kept, []);
  const rich = browser({ caches });
  await visit({ scope: rich });
  await until(() => caches.only.entries.size === 4);
  await visit();
  assert.equal(told.at(-1).snapshot, true);
});

test("a line that turns out to be slow ends the fetch, and the rest comes for the next time", async () => {
  // Of 60 MB that the manifest speaks of.
  const drip = { ...PIECES };
  const world = visitors({ drip, heap: large(), ...LARGE });
  world.manifest.heap.packed = 60e6;
  const py = await world.visit();
  assert.deepEqual(world.told, [{ snapshot: false, reason: "the line is slow", fault: false }]);
  assert.equal(py.asked, world.options);
  assert.equal(world.kinds.join(), "snapshot,ordinary");
  const come = world.come.filter(([name]) => name === "heap.snapshot");
  assert.ok(come.length < 30, `${come.length} pieces of 40`);
  delete drip["heap.snapshot"];
  await until(() => world.caches.only.entries.size === 4);
  await world.visit();
  assert.equal(world.told.at(-1).snapshot, true);
});

test("a line is judged by what only the snapshot wants", async () => {
  // The same line and the same 60 MB, of which an ordinary start would fetch most.
  const world = visitors({ drip: PIECES, heap: large(), ...LARGE });
  world.manifest.heap.packed = 60e6;
  world.manifest.instead = 55e6;
  await world.visit();
  assert.deepEqual(world.told, [{ snapshot: true, reason: "", fault: false }]);
});

test("a snapshot of another lock is not fetched while the runtime gets ready", async () => {
  const { load } = pyodide(LARGE);
  const slowly = async (options) => {
    await pause(500);
    return load(options);
  };
  const world = visitors({ drip: PIECES, heap: large(), load: slowly });
  world.manifest.lock = "0".repeat(64);
  const py = await world.visit();
  assert.deepEqual(world.told, [{ snapshot: false, reason: "the snapshot is of another lock", fault: true }]);
  assert.equal(py.asked, world.options);
  const pieces = world.come.filter(([name]) => name === "heap.snapshot").length;
  assert.ok(pieces < 10, `${pieces} pieces of 40, in the time of 25`);
});

/** A heap that comes at once, and whose end is heard while it is inflated: it can still be ended. */
const OPEN = { "heap.snapshot": { size: 64 * 1024, pause: 1, end: 1.5 * SILENCE } };

/** `DecompressionStream` of a busy machine: gives nothing for some time after all has come. */
const inflating = (milliseconds) =>
  class extends TransformStream {
    constructor() {
      const pieces = [];
      super({
        transform: (piece) => void pieces.push(piece),
        async flush(controller) {
          await pause(milliseconds);
          controller.enqueue(new Uint8Array(gunzipSync(Buffer.concat(pieces))));
        },
      });
    }
  };

test("what is inflated for long after it has come is no sign of a slow line", async () => {
  const { visit, told, caches } = visitors({ drip: OPEN });
  const DecompressionStream = inflating(0.5 * SILENCE);
  await visit({ scope: { ...browser({ caches }), DecompressionStream } });
  assert.deepEqual(told, [{ snapshot: true, reason: "", fault: false }]);
});

/** Keep all parts but the heap in a browser, as a visit to another version leaves them. */
async function keepFiles({ manifest, parts, caches }) {
  const store = await open(browser({ caches }));
  const contents = [parts.kernel, parts.numpy].map(({ content }) => content);
  await store.keep("another version", manifest.files.map((entry, at) => [entry, contents[at]]));
}

test("what the browser has of a snapshot is nothing that the line has to bring", async () => {
  const world = visitors({ drip: PIECES, heap: large(), ...LARGE });
  await keepFiles(world);
  world.manifest.files[0].packed = 60e6;
  await world.visit();
  assert.deepEqual(world.told, [{ snapshot: true, reason: "", fault: false }]);
  assert.ok(!world.asked.includes("kernel.snapshot"));
});

test("nor is it waited for while the rest is inflated", async () => {
  const world = visitors({ drip: OPEN });
  await keepFiles(world);
  const DecompressionStream = inflating(0.5 * SILENCE);
  await world.visit({ scope: { ...browser({ caches: world.caches }), DecompressionStream } });
  assert.deepEqual(world.told, [{ snapshot: true, reason: "", fault: false }]);
});

test("a line that falls silent before all has come is a slow one", async () => {
  const drip = { "heap.snapshot": { size: 60, pause: 3 * SILENCE } };
  const { visit, told } = visitors({ drip });
  await visit();
  assert.deepEqual(told, [{ snapshot: false, reason: "the line is slow", fault: false }]);
});

test("a line that is fast enough brings it, however the first pieces come", async () => {
  const drip = { "heap.snapshot": { size: 20, pause: 1 } };
  const { visit, told } = visitors({ drip });
  await visit();
  assert.equal(told[0].snapshot, true);
});

test("where it is wanted on any line, it is taken on any line", async () => {
  const { visit, told, options } = visitors({ connection: { effectiveType: "2g", saveData: true } });
  await visit({ asks: { ...options, spec14AnyLine: true } });
  assert.equal(told[0].snapshot, true);
});
