// Makes the memory snapshot of a started kernel: `make.mjs SETTINGS`, a file of JSON that
// ../make.py writes. Two things come of it: the start of a snapshot (what stands before the heap, in
// the words of spec14-heap.mjs) and the heap.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

import { taken } from "../../../runtime/heap/spec14-heap.mjs";
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

async function main() {
  holdStill();
  fenceIn();
  const { loadPyodide } = await import(pathToFileURL(path.join(wanted.runtime, "pyodide.mjs")));
  const py = await loadPyodide({
    indexURL: wanted.runtime,
    lockFileContents: wanted.lock,
    packageBaseUrl: "./",
    packages: [],
    // As in a browser, where nothing is the program's name.
    _sysExecutable: "./this.program",
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
  writeFileSync(wanted.start, snapshot.subarray(0, offset));
  writeFileSync(wanted.heap, snapshot.subarray(offset));
  // A pipe takes 64 kB at once: the rest would be lost.
  process.stdout.write(`${found}\n`, () => process.exit(0));
}

main().catch((error) => {
  process.stderr.write(`${String(error?.stack ?? error).slice(-3000)}\n`);
  process.exit(1);
});
