// The command line of CPython on the Pyodide runtime: `python.mjs PROGRAM [ARG ...]`.
// Method after Pyodide's own src/templates/python_cli_entry.mjs (MPL-2.0), read at 314.0.
import process from "node:process";

import { mountHost } from "./mount.mjs";
import { loadPyodide } from "./pyodide.mjs";

const [program, ...args] = process.argv.slice(2);

async function load() {
  try {
    return await loadPyodide({
      args,
      _sysExecutable: program,
      env: { PYTHONINSPECT: "", ...process.env, HOME: process.cwd() },
      fullStdLib: false,
      fsInit: (FS) => mountHost(FS, [process.cwd(), program, ...args]),
    });
  } catch (error) {
    // `--version`, `--help` and wrong options end here.
    if (error?.constructor?.name === "ExitStatus") process.exit(error.status);
    throw error;
  }
}

async function main() {
  const py = await load();
  py.setStdout();
  py.setStderr();
  const scope = py.runPython("{}");
  const run = (code) => py.runPython(code, { globals: scope });
  // The process must end at once after the interpreter has: tasks still planned would
  // call into a finalised one.
  scope.set("leave", (code = 0) => {
    process.exit(py._module._Py_FinalizeEx() < 0 ? 120 : code);
  });
  run(`
import asyncio, os, shutil
from js.process import stdout
loop = asyncio.get_event_loop()
loop._in_progress += 1
loop._no_in_progress_handler = leave
loop._system_exit_handler = leave
loop._keyboard_interrupt_handler = lambda: leave(130)
def size(fallback=(80, 24)):
    shown = (getattr(stdout, "columns", None), getattr(stdout, "rows", None))
    asked = (os.environ.get("COLUMNS"), os.environ.get("LINES"))
    return os.terminal_size(
        int(a or s or f) for a, s, f in zip(asked, shown, fallback, strict=True))
shutil.get_terminal_size = size
`);
  // Extension modules are compiled ahead, as a browser's loadPackage does it.
  const libraries = run(`
from pyodide._package_loader import SITE_PACKAGES, should_load_dynlib
from pyodide.ffi import to_js
to_js([str(p) for p in sorted(SITE_PACKAGES.glob("**/*.so*")) if should_load_dynlib(p)])
`);
  for (const library of libraries) {
    try {
      await py._module.API.loadDynlib(library);
    } catch (error) {
      process.stderr.write(`cannot load ${library}: ${error}\n`);
    }
  }
  let code;
  try {
    code = py._module.jspiSupported
      ? await py._module.promisingRunMain()
      : py._module._run_main();
  } catch (error) {
    if (error?.constructor?.name === "ExitStatus") process.exit(error.status);
    py._api.fatal_error(error);
  }
  if (code) process.exit(code);
  run("loop._decrement_in_progress()");
}

main().catch((error) => {
  process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(1);
});
