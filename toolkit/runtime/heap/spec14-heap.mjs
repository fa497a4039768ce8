// Memory snapshots of a started interpreter, wherever it runs: what loadPyodide is told to make one
// and to start from one. Pyodide's options `_makeSnapshot` and `_loadSnapshot` (src/js/snapshot.ts,
// 314.0) are not documented; the version is pinned, and a snapshot is compared with a plain start
// when it is made (toolkit/runtime/snapshot.py, toolkit/lite/snapshot).
//
// A snapshot is {magic, offset of the heap, length of the JSON, length of it all, build id} as 32-bit
// words, a JSON text with the JavaScript objects that Python holds, and the heap. Pyodide leaves
// the fourth word free. What stands before the heap is called its start here.

/** Bytes before the JSON text. */
export const HEADER = 48;

/** Its place among the objects that every start gives to Python (`getExpectedKeys`). */
const LOADED_PACKAGES = 6;

/**
 * The JavaScript objects that Python may hold, by name: `own`, and Pyodide's interfaces with what
 * is in them.
 */
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

/** Put a heap into the memory of `Module`, but for the words that this process has its own value for. */
function putKeeping(Module, put) {
  const { HEAP32 } = Module;
  // CPython's trampoline for calls of C functions is an entry of this instance's table.
  const trampoline =
    (Module.__PyRuntime + HEAP32[Module.__PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET >>> 2]) >>> 2;
  const own = HEAP32[trampoline];
  put(Module.HEAPU8);
  HEAP32[trampoline] = own;
  const names = Module._tzname >>> 2;
  Module.__tzset_js(
    Module._timezone,
    Module._daylight,
    Module.HEAPU32[names],
    Module.HEAPU32[names + 1],
  );
}

/**
 * Give what loadPyodide is told to start from a snapshot.
 *
 * `factory` gives the function of `pyodide.asm.mjs`, or a promise of it; `start` is what stands
 * before the heap, `size` the heap's bytes. `ready` is awaited before Python's memory is touched:
 * what fails there fails the start, where a fault in `put(memory)`, which writes the heap, could
 * leave a half of it. `own` are JavaScript objects that Python holds, by name.
 */
export function restoring({ factory, start, size, put, ready, own = {} }) {
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
      const make = await factory();
      const Module = await make(settings);
      await ready;
      if (Module.HEAPU8.length < size) Module.growMemory(size);
      if (Module.HEAPU8.length < size) throw new Error("the memory does not grow to its size");
      ({ API } = Module);
      const keys = API.getExpectedKeys;
      // The sixth is the list of loaded packages, and not a new object of that shape.
      API.getExpectedKeys = () => keys().with(LOADED_PACKAGES, API.public_api.loadedPackages);
      const restore = API.restoreSnapshot;
      API.restoreSnapshot = () => {
        // Checks magic and build id, and copies nothing: what it is given ends before the heap.
        const config = restore(start);
        putKeeping(Module, put);
        return config;
      };
      return Module;
    },
  };
}

/** Give the bytes of a snapshot; the interpreter was started with `_makeSnapshot`. */
export function taken(py, own = {}) {
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
