// A site with a memory snapshot, and the server and browser that it is read with.
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

import { MemoryCaches } from "./caches.mjs";

export const HERE = "https://docs.example/lite/static/pyodide/";
export const LOCK = `${HERE}pyodide-lock.json`;
export const VERSION = "314.0.6";
export const PAGE = 4096;

const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Files as toolkit/lite/snapshot/files.py packs them. */
export function packed(files) {
  const contents = Object.values(files).map((text) => Buffer.from(text));
  const table = Buffer.from(JSON.stringify(Object.keys(files).map((path, at) => [path, contents[at].length])));
  const head = Buffer.alloc(Math.ceil((4 + table.length) / 8) * 8);
  head.writeUInt32LE(table.length);
  table.copy(head, 4);
  return new Uint8Array(Buffer.concat([head, ...contents]));
}

/** A part's entry in a manifest, and its file. */
export function part(stem, content) {
  const file = gzipSync(content);
  const entry = {
    file: `${stem}.snapshot`,
    sha256: hash(content),
    size: content.length,
    packed: file.length,
    packed_sha256: hash(file),
  };
  return { entry, file: new Uint8Array(file), content: new Uint8Array(content) };
}

/** What the runtime brings by itself: a piece of a page that is shipped, and one of an empty page. */
export const BROUGHT = [
  [PAGE + 1000, 512],
  [2 * PAGE + 8, 600],
];

const HEAP = {
  pages: new Uint8Array(2 * PAGE).fill(7, 0, PAGE).fill(0, 1000, 1512).fill(8, PAGE),
  memory: 6 * PAGE,
  runs: [
    [1, 1],
    [4, 1],
  ],
  brought: BROUGHT,
};

/** A site: its files by name, and its manifest before it was written. */
export function site({ pages, ...places } = HEAP) {
  const heap = part("heap", pages);
  const kernel = part("kernel", packed({ "/lib/kernel.py": "kernel", "/home/a/b.txt": "b" }));
  const numpy = part("numpy", packed({ "/lib/numpy.py": "numpy" }));
  const wheels = { ipython: "1".repeat(64), numpy: "2".repeat(64) };
  const packages = Object.entries(wheels).map(([name, sha256]) => [name, { sha256 }]);
  const lock = JSON.stringify({ packages: Object.fromEntries([...packages, ["extra", { sha256: "3" }]]) });
  const manifest = {
    schema: 1,
    reason: "",
    pyodide: VERSION,
    lock: hash(lock),
    wheels,
    packages: Object.keys(wheels),
    instead: 0,
    time: 1_577_836_800,
    start: btoa("start"),
    heap: { ...heap.entry, ...places },
    files: [kernel.entry, numpy.entry],
  };
  const files = new Map([
    ["pyodide-lock.json", lock],
    ["heap.snapshot", heap.file],
    ["kernel.snapshot", kernel.file],
    ["numpy.snapshot", numpy.file],
  ]);
  return { manifest, files, parts: { heap, kernel, numpy } };
}

/**
 * A body that comes in pieces with pauses between them, and ends when `signal` does; that it is whole
 * is heard `end` milliseconds after the last piece.
 */
function dripping(bytes, { size, pause, end = 0 }, signal) {
  let at = 0;
  return new ReadableStream({
    start(controller) {
      signal?.addEventListener("abort", () => controller.error(signal.reason));
    },
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (signal?.aborted) return;
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
      if (at < bytes.length) return;
      await new Promise((resolve) => setTimeout(resolve, end));
      if (!signal?.aborted) controller.close();
    },
  });
}

/** A server of `files`: bytes or texts by name, or functions that give an answer. */
export function server(files, { drip } = {}) {
  const asked = [];
  const fetch = async (url, { signal } = {}) => {
    const name = new URL(url, HERE).href.replace(HERE, "");
    asked.push(name);
    signal?.throwIfAborted();
    const found = files.get(name);
    if (found === undefined) return new Response("", { status: 404 });
    if (typeof found === "function") return found();
    if (drip?.[name]) return new Response(dripping(found, drip[name], signal));
    return new Response(found);
  };
  return { asked, fetch };
}

/** A worker's global object. */
export const browser = ({ connection, caches = new MemoryCaches(), estimate } = {}) => ({
  DecompressionStream: globalThis.DecompressionStream,
  crypto: globalThis.crypto,
  atob: globalThis.atob,
  caches,
  navigator: { connection, userAgent: "Browser/1", storage: estimate && { estimate } },
});
