// Memory snapshots of a started interpreter: what loadPyodide is told to make one and to start
// from one. Pyodide's options `_makeSnapshot` and `_loadSnapshot` (src/js/snapshot.ts, 314.0) are
// not documented; the version is pinned, and a snapshot is compared with a plain start when it is
// made (../snapshot.py).
//
// A file is {magic, offset of the heap, length of the JSON, length of it all, build id} as 32-bit
// words, a JSON text with the JavaScript objects that Python holds, and the heap. Pyodide leaves
// the fourth word free.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const HEADER = 48; // bytes

function readFully(fd, bytes, at) {
  for (let done = 0; done < bytes.length; ) {
    const size = readSync(fd, bytes, done, bytes.length - done, at + done);
    if (size === 0) throw new Error("the file is too short");
    done += size;
  }
}

// Keeps the words that this process has its own value for.
function putHeap(Module, fd, offset, heap) {
  const { HEAP32, HEAPU8 } = Module;
  // CPython's trampoline for calls of C functions is an entry of this instance's table.
  const trampoline =
    (Module.__PyRuntime + HEAP32[Module.__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET >>> 2]) >>> 2;
  const own = HEAP32[trampoline];
  readFully(fd, HEAPU8.subarray(0, heap), offset);
  HEAPU8.fill(0, heap);
  HEAP32[trampoline] = own;
  const names = Module._tzname >>> 2;
  Module.__tzset_js(
    Module._timezone,
    Module._daylight,
    Module.HEAPU32[names],
    Module.HEAPU32[names + 1],
  );
}

// The JavaScript objects that Python may hold, by name: `own`, and Pyodide's interfaces with what
// is in them.
function held(API, own) {
  const found = new Map(Object.entries(own));
  for (const [part, holder] of Object.entries({ py: API.public_api, api: API })) {
    for (const name of Object.getOwnPropertyNames(holder)) {
      const { value } = Object.getOwnPropertyDescriptor(holder, name);
      if (["object", "function"].includes(typeof value)) found.set(`${part}.${name}`, value);
    }
  }
  return found;
}

export async function restoring(runtime, file, own) {
  const fd = openSync(file);
  const head = new Uint32Array(HEADER / 4);
  readFully(fd, new Uint8Array(head.buffer), 0);
  const [, offset, , length] = head;
  if (fstatSync(fd).size !== length) throw new Error(`it does not have its ${length} bytes`);
  const start = new Uint8Array(offset);
  readFully(fd, start, 0);
  const heap = length - offset;
  const { default: factory } = await import(pathToFileURL(path.join(runtime, "pyodide.asm.mjs")));
  let API;
  let objects;
  return {
    _loadSnapshot: start,
    _snapshotDeserializer(name) {
      objects ??= held(API, own);
      if (!objects.has(name)) throw new Error(`it has an object ${name}, which is not here`);
      return objects.get(name);
    },
    async createPyodideModule(settings) {
      const Module = await factory(settings);
      if (Module.HEAPU8.length < heap) Module.growMemory(heap);
      if (Module.HEAPU8.length < heap) throw new Error("the memory does not grow to its size");
      ({ API } = Module);
      const restore = API.restoreSnapshot;
      API.restoreSnapshot = () => {
        // Checks magic and build id, and copies nothing: what it is given ends before the heap.
        const config = restore(start);
        putHeap(Module, fd, offset, heap);
        closeSync(fd);
        return config;
      };
      return Module;
    },
  };
}

// Gives the bytes of a snapshot; the interpreter was started with `_makeSnapshot`.
export function taken(py, own) {
  for (const name of Object.keys(py.loadedPackages)) delete py.loadedPackages[name];
  const names = new Map([...held(py._api, own)].map(([name, value]) => [value, name]));
  const bytes = py.makeMemorySnapshot({
    serializer(value) {
      const name = names.get(value);
      if (name === undefined) throw new Error(`Python holds ${String(value)}, which has no name`);
      return name;
    },
  });
  new DataView(bytes.buffer).setUint32(12, bytes.length, true);
  return bytes;
}
