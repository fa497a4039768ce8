// Makes the memory snapshot of a started kernel: `make.mjs SETTINGS`, a file of JSON that
// ../make.py writes. Two things come of it: the start of a snapshot (what stands before the heap, in
// the words of spec14-heap.mjs) and the heap.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

import { restoring, taken } from "../../../runtime/heap/spec14-heap.mjs";
import { broughtBy, segmentsOf } from "./segments.mjs";
import { fenceIn, holdStill } from "./still.mjs";

/** Sizes in bytes of the pieces in which free memory is taken to be cleared. */
const PIECES = [22, 20, 18, 16, 14, 12, 10, 8].map((power) => 2 ** power);
const MOST = 20_000;

const wanted = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** Copies a folder of this machine into the interpreter, in a fixed order and with one time for all. */
function copyIn(FS, folder, place) {
  FS.mkdirTree(place);
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort(byName)) {
    const [from, to] = [path.join(folder, entry.name), `${place}/${entry.name}`];
    if (entry.isDirectory()) {
      copyIn(FS, from, to);
    } else {
      FS.writeFile(to, readFileSync(from));
      FS.utime(to, wanted.time * 1000, wanted.time * 1000);
    }
  }
}

const byName = (one, other) => (one.name < other.name ? -1 : 1);

/** Writes zeros over memory that is free: it holds what was there before, and would be shipped. */
function clearFree(Module) {
  const top = Module._sbrk(0);
  const pieces = [];
  for (const size of PIECES) {
    for (let count = 0; count < MOST; count += 1) {
      const at = Module._malloc(size);
      if (!at) break;
      if (at + size > top) {
        Module._free(at);
        break;
      }
      Module.HEAPU8.fill(0, at, at + size);
      pieces.push(at);
    }
  }
  pieces.forEach((at) => Module._free(at));
}

const imported = (name) => import(pathToFileURL(path.join(wanted.runtime, name)));

// As in a browser, where nothing is the program's name.
const common = () => ({
  indexURL: wanted.runtime,
  lockFileContents: wanted.lock,
  packageBaseUrl: "./",
  packages: [],
  _sysExecutable: "./this.program",
});

/** Starts from a snapshot, and gives what the memory was before. */
async function memoryBefore(loadPyodide, start, heap) {
  let before;
  const put = (memory) => {
    before = memory.slice(0, heap.length);
    memory.set(heap);
  };
  const factory = async () => (await imported("pyodide.asm.mjs")).default;
  await loadPyodide({ ...common(), ...restoring({ factory, start, size: heap.length, put }) });
  return before;
}

async function main() {
  holdStill();
  fenceIn();
  const { loadPyodide } = await imported("pyodide.mjs");
  const py = await loadPyodide({
    ...common(),
    env: wanted.env,
    _makeSnapshot: true,
    fsInit(FS) {
      for (const [place, folder] of Object.entries(wanted.folders)) copyIn(FS, folder, place);
    },
  });
  // The kernel's worker mounts the drive there before it imports anything (worker.ts, initFilesystem).
  py.FS.mkdirTree(wanted.drive);
  py.FS.chdir(wanted.drive);
  const sys = py.pyimport("sys");
  for (const place of wanted.path) sys.path.append(place);
  sys.destroy();
  const made = py.pyimport("spec14_visit");
  const found = made.prepare(wanted.imports, wanted.magic);
  made.destroy();
  clearFree(py._module);
  const snapshot = taken(py);
  const [, offset] = new Uint32Array(snapshot.buffer, 0, 2);
  const [start, heap] = [snapshot.subarray(0, offset), snapshot.subarray(offset)];
  const segments = segmentsOf(readFileSync(path.join(wanted.runtime, "pyodide.asm.wasm")));
  const brought = broughtBy(segments, await memoryBefore(loadPyodide, start, heap), heap);
  for (const [place, size] of brought) heap.fill(0, place, place + size);
  writeFileSync(wanted.start, start);
  writeFileSync(wanted.heap, heap);
  // A pipe takes 64 kB at once: the rest would be lost.
  const told = JSON.stringify({ modules: JSON.parse(found), brought });
  process.stdout.write(`${told}\n`, () => process.exit(0));
}

main().catch((error) => {
  process.stderr.write(`${String(error?.stack ?? error).slice(-3000)}\n`);
  process.exit(1);
});
