// Pyodide's start, as far as a snapshot touches it (src/js/pyodide.ts and snapshot.ts, 314.0), over a
// few pages of memory and files that are nodes, as Emscripten's MEMFS has them.
const PAGE = 4096;

/** Where the runtime has what is its own, in bytes. */
export const PLACES = { runtime: 512, trampoline: 16, offset: 256, names: 300, zone: 304, summer: 308 };

export class MemoryFS {
  root = { name: "/", mode: 0o40777, contents: {} };
  filesystems = {
    MEMFS: {
      createNode(parent, name, mode) {
        const node = { name, mode, parent, contents: mode & 0o40000 ? {} : null };
        parent.contents[name] = node;
        return node;
      },
    },
  };

  lookupPath(path) {
    let node = this.root;
    for (const name of path.split("/").filter(Boolean)) {
      if (!Object.hasOwn(node.contents, name)) throw new Error(`no ${path}`);
      node = node.contents[name];
    }
    return { node };
  }

  /** The text of a file. */
  read(path) {
    const { contents, usedBytes } = this.lookupPath(path).node;
    return new TextDecoder().decode(contents.subarray(0, usedBytes));
  }
}

/**
 * A module of Emscripten with `pages` of memory, none of them empty, which grows up to `most`;
 * `onRestore` is called before its memory is written.
 */
export function emscripten({ pages = 4, most = 64, onRestore = () => {} } = {}) {
  const Module = {
    zones: [],
    __PyRuntime: PLACES.runtime,
    __PyEM_EMSCRIPTEN_TRAMPOLINE_OFFSET: PLACES.offset,
    _tzname: PLACES.names,
    _timezone: PLACES.zone,
    _daylight: PLACES.summer,
    growMemory(size) {
      if (size > most * PAGE) return;
      const larger = new Uint8Array(size);
      larger.set(Module.HEAPU8);
      Module.use(larger);
    },
    use(memory) {
      Module.HEAPU8 = memory;
      Module.HEAP32 = new Int32Array(memory.buffer);
      Module.HEAPU32 = new Uint32Array(memory.buffer);
    },
    /** Called once the memory is as it will be. */
    __tzset_js(...words) {
      Module.zones.push({ words, second: Module.HEAPU8[PAGE] });
    },
    getEnvStrings: () => ["HOME=/home/pyodide", "TZ=Europe/Rome"],
  };
  Module.use(new Uint8Array(pages * PAGE).fill(5));
  Module.HEAP32[PLACES.offset >>> 2] = PLACES.trampoline;
  Module.HEAP32[(PLACES.runtime + PLACES.trampoline) >>> 2] = 1234;
  Module.HEAPU32[PLACES.names >>> 2] = 41;
  Module.HEAPU32[(PLACES.names >>> 2) + 1] = 42;
  const loadedPackages = {};
  const public_api = { loadedPackages, runPython: () => {} };
  Module.API = {
    public_api,
    config: {},
    getExpectedKeys: () => [null, null, null, null, null, null, { a: "new object" }, "last"],
    restoreSnapshot(start) {
      onRestore();
      if (new TextDecoder().decode(start) !== "start") throw new Error("bad magic number");
      return { restored: true };
    },
  };
  return Module;
}

/**
 * Give a `loadPyodide` and what it was asked; `fails(options, nth)` says with which words one fails, `machine`
 * is what `emscripten` takes.
 */
export function pyodide({ fails = () => "", machine = {} } = {}) {
  const asked = [];
  async function load(options) {
    asked.push(options);
    const words = fails(options, asked.length);
    if (words) throw new Error(words);
    const FS = new MemoryFS();
    const Module = emscripten(machine);
    const { public_api, getExpectedKeys } = Module.API;
    const py = Object.assign(public_api, { FS, _module: Module, renewed: [], asked: options });
    py.pyimport = (name) => ({
      renew(...words) {
        py.renewed.push([name, ...words]);
        return "";
      },
      destroy() {},
    });
    if (options._loadSnapshot === undefined) return py;
    globalThis.spec14Runtime = async ({ preRun }) => {
      await preRun();
      return Module;
    };
    // What goes wrong in fsInit is swallowed (callFsInitHook).
    const preRun = () => options.fsInit(FS, { sitePackages: "/lib" }).catch(() => {});
    const made = await options.createPyodideModule({ preRun });
    py.keys = made.API.getExpectedKeys();
    py.config = made.API.restoreSnapshot();
    if (made.API.getExpectedKeys === getExpectedKeys) throw new Error("loaded packages are a new object");
    return py;
  }
  return { load, asked };
}
