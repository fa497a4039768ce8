// Starts a kernel from a memory snapshot: the runtime, the files of its packages, the memory of a
// kernel that had started, and what each visit makes new (inside/spec14_visit.py).
import { restoring } from "./spec14-heap.mjs";

const PAGE = 4096; // bytes; the unit in which empty memory is left out
const FILE = 0o100666;
const FOLDER = 0o40777;

/** What `bytes` of packed files hold (toolkit/lite/snapshot/files.py): [path, view]. */
export function* listed(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const table = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  let at = Math.ceil((4 + length) / 8) * 8;
  for (const [path, size] of table) {
    yield [path, bytes.subarray(at, at + size)];
    at += size;
  }
}

/** Make files of views: FS.writeFile looks up each folder of each path, and copies. */
export function place(FS, packed, seconds) {
  const { MEMFS } = FS.filesystems;
  const folders = new Map([["", FS.lookupPath("/").node]]);
  const folder = (path) => {
    let node = folders.get(path);
    if (node === undefined) {
      const at = path.lastIndexOf("/");
      const parent = folder(path.slice(0, at));
      const name = path.slice(at + 1);
      // A plain object, which has more names than its own.
      const known = Object.hasOwn(parent.contents, name);
      node = known ? parent.contents[name] : MEMFS.createNode(parent, name, FOLDER, 0);
      folders.set(path, node);
    }
    return node;
  };
  for (const bytes of packed) {
    for (const [path, content] of listed(bytes)) {
      const at = path.lastIndexOf("/");
      const node = MEMFS.createNode(folder(path.slice(0, at)), path.slice(at + 1), FILE, 0);
      node.contents = content;
      node.usedBytes = content.length;
      node.atime = node.mtime = node.ctime = seconds * 1000;
    }
  }
}

/**
 * Write the pages of a heap that are not empty: `runs` are [first page, number of pages]. What the
 * runtime has brought by itself, `brought` as [place, bytes], is left as it is.
 */
export function putPages(memory, pages, { runs, brought, memory: size }) {
  const own = brought.map(([at, length]) => memory.slice(at, at + length));
  let from = 0;
  let done = 0;
  for (const [page, count] of runs) {
    memory.fill(0, done, page * PAGE);
    memory.set(pages.subarray(from, from + count * PAGE), page * PAGE);
    from += count * PAGE;
    done = (page + count) * PAGE;
  }
  memory.fill(0, done, size);
  brought.forEach(([at], index) => memory.set(own[index], at));
}

/**
 * Start from a snapshot; `load` is Pyodide's own function, `options` what the kernel gives it.
 *
 * `parts` are promises, `heap` of the heap's pages, `files` of all packed files, and so is `lock`, of
 * its text. A fault in any of them, and in the runtime, is an error of this function, and nothing of
 * the start is left.
 */
export async function restored(load, options, { manifest, parts, lock, scope = globalThis }) {
  const { start, heap, time, packages } = manifest;
  const { lockFileURL, fsInit, ...rest } = options;
  const settled = Promise.all([parts.heap, parts.files, lock]);
  let pages;
  const ready = settled.then(([found]) => (pages = found));
  // Whoever awaits it hears of a fault, be it later; where the runtime fails first, nobody does.
  ready.catch(() => {});
  const py = await load({
    ...rest,
    packages: [],
    lockFileContents: lock,
    packageBaseUrl: new URL("./", lockFileURL).href,
    async fsInit(FS, paths) {
      // A fault of theirs ends the start in `ready`; here it would be swallowed (callFsInitHook).
      const [, files] = await settled.catch(() => [undefined, []]);
      place(FS, files, time);
      await fsInit?.(FS, paths);
    },
    ...restoring({
      factory: async () => (await import("./pyodide.asm.mjs")).default,
      ready,
      start: Uint8Array.from(scope.atob(start), (letter) => letter.charCodeAt(0)),
      size: heap.memory,
      put: (memory) => putPages(memory, pages, heap),
    }),
  });
  for (const name of packages) py.loadedPackages[name] ??= "default channel";
  const visit = py.pyimport("spec14_visit");
  visit.renew(py._module.getEnvStrings(), scope.navigator.userAgent);
  visit.destroy();
  return py;
}
