// What the kernel is given between the start of the runtime and its first cell: URLs that are
// answered from the site, and plain words where a package or a URL cannot be had.
import { answer, mapOf } from "./spec14-urls.mjs";

const MODULES = ["cells", "data", "drive", "later", "packages", "site"].map((name) => `spec14_${name}.py`);
const FOLDER = "/lib/spec14-site";

/** Gives the texts of our modules, by name; they are few and small. */
export async function modules() {
  const texts = MODULES.map(async (name) => {
    const reply = await fetch(new URL(name, import.meta.url));
    if (!reply.ok) throw new Error(`${name} of this site answers ${reply.status}`);
    return [name, await reply.text()];
  });
  return await Promise.all(texts);
}

function write(py, texts) {
  py.FS.mkdirTree(FOLDER);
  for (const [name, text] of texts) py.FS.writeFile(`${FOLDER}/${name}`, text);
  const { path } = py.pyimport("sys");
  path.append(FOLDER);
  path.destroy();
}

// Synchronous, as what asks is: a worker may.
function read(url) {
  if (!url) return new Map();
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  request.send();
  if (request.status !== 200) throw new Error(`${url} of this site answers ${request.status}`);
  return mapOf(JSON.parse(request.responseText), url);
}

/**
 * `options` are those of loadPyodide; `spec14DataURL` in them is where the manifest lies. `texts` are
 * those of our modules: none where they are in memory already.
 */
export function prepare(py, texts, options) {
  answer(globalThis, () => read(options?.spec14DataURL));
  if (texts.length > 0) write(py, texts);
  for (const name of ["spec14_site", "spec14_later", "spec14_drive"]) {
    const module = py.pyimport(name);
    module.prepare();
    module.destroy();
  }
}

/** What takes long to import and nearly every example does, where the site has it from the start. */
const WARM = "numpy";

/** Use the time in which a kernel waits for the interface. */
export function warm(py) {
  if (!(WARM in py.loadedPackages)) return;
  const later = py.pyimport("spec14_later");
  later.warm(WARM);
  later.destroy();
}
