// Modules that lie elsewhere in the source tree than in a site, where all are in one folder: import
// this first, and what needs them with `await import`.
import { registerHooks } from "node:module";

const HEAP = new URL("../../../toolkit/runtime/heap/spec14-heap.mjs", import.meta.url).href;

/** The runtime: what it makes is what the test says. */
const RUNTIME = "data:text/javascript,export default (settings) => globalThis.spec14Runtime(settings);";

const PLACES = { "./spec14-heap.mjs": HEAP, "./pyodide.asm.mjs": RUNTIME };

registerHooks({
  resolve: (specifier, context, next) => next(PLACES[specifier] ?? specifier, context),
});
