// What the kernel's worker imports in the place of `pyodide.mjs` (`pyodideUrl` of pyodide-kernel
// 0.8.6): the same runtime, with what this site adds around its start.
import { loadPyodide as load } from "./pyodide.mjs";
import { modules, prepare } from "./spec14-prepare.mjs";

export * from "./pyodide.mjs";

/** Start the runtime; `options` are those of Pyodide's own function. */
export async function loadPyodide(options) {
  const [py, texts] = await Promise.all([load(options), modules()]);
  prepare(py, texts, options);
  return py;
}
