// What the kernel's worker imports in the place of `pyodide.mjs` (`pyodideUrl` of pyodide-kernel
// 0.8.6): the same runtime, with what this site adds around its start.
import { loadPyodide as load, version } from "./pyodide.mjs";
import { begin, take } from "./spec14-early.mjs";
import { listen } from "./spec14-interrupt.mjs";
import { modules, prepare, warm } from "./spec14-prepare.mjs";
import { channelName, told } from "./spec14-progress.mjs";
import { start } from "./spec14-snapshot.mjs";

export * from "./pyodide.mjs";

/** Begin to start the runtime before the kernel asks for it (labextension/static/early.js). */
export const beginEarly = (options) => begin(options, startNow, warm);

/** Start the runtime; `options` are those of Pyodide's own function. */
export const loadPyodide = async (options) => (await take(options)) ?? startNow(options);

async function startNow(options) {
  // The lock lies in the site; the runtime and this script may be shared by several.
  const here = options.lockFileURL ?? import.meta.url;
  const channel = new BroadcastChannel(channelName(new URL("../../", here)));
  // The page has given this worker the name of its frame.
  const tell = (message) => {
    channel.postMessage({ ...message, frame: self.name });
    // The notebook's own page hears it, too: a cell does not wait for what cannot come.
    self.postMessage({ spec14Start: message });
  };
  const scope = globalThis;
  let texts = [];
  const way = (found) => {
    tell({ stage: "way", ...found });
    // In a snapshot they are in memory.
    if (!found.snapshot) texts = modules();
  };
  const how = (line) => start(options, { ...line, load, version, base: here, scope, tell: way });
  const py = await told(how, { scope, here, folder: import.meta.url, tell });
  // First: in a snapshot IPython is there already, and is told at once whom to tell of its cells.
  listen(py);
  // After the start: what counts bytes takes itself out of `fetch` again.
  prepare(py, await texts, options);
  return py;
}
