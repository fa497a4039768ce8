// What the kernel's worker imports in the place of `pyodide.mjs` (`pyodideUrl` of pyodide-kernel
// 0.8.6): the same runtime, with what this site adds around its start.
import { loadPyodide as load } from "./pyodide.mjs";
import { channelName, told } from "./spec14-progress.mjs";

export * from "./pyodide.mjs";

/** Start the runtime; `options` are those of Pyodide's own function. */
export async function loadPyodide(options) {
  const channel = new BroadcastChannel(channelName(new URL("../../", import.meta.url)));
  // The page has given this worker the name of its frame.
  const tell = (message) => channel.postMessage({ ...message, frame: self.name });
  return await told(() => load(options), { scope: globalThis, here: import.meta.url, tell });
}
