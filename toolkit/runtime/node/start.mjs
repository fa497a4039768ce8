// CPython on the Pyodide runtime, for a program of ours that drives it from JavaScript.
//
// Unlike the launcher of `pyodide venv` (../launcher/python.mjs) the interpreter has no command
// line: it is started, and then its functions are called.
import path from "node:path";
import { pathToFileURL } from "node:url";

import { mountFolder, mountHost } from "../launcher/mount.mjs";
import { restoring } from "./restore.mjs";

// What loadPyodide is told: `runtime` is the folder of the npm package, `program` the `python`
// of an environment (which decides sys.prefix), `shown` further folders, {place: folder}.
export function settings({ program, cwd, env, shown = {} }) {
  return {
    _sysExecutable: program,
    env: { PYTHONINSPECT: "", HOME: "/tmp", ...env },
    fsInit(FS) {
      mountHost(FS, [cwd, program]);
      for (const [place, folder] of Object.entries(shown)) mountFolder(FS, folder, place);
      FS.chdir(cwd);
    },
  };
}

// Starts from the snapshot, where there is one and it can be used: `reason` says why not.
// `own` are JavaScript objects that Python holds in it, by name.
export async function start(wanted, own = {}) {
  let reason = "";
  if (wanted.snapshot) {
    try {
      const py = await load(wanted, restoring(wanted.runtime, wanted.snapshot, own));
      py.pyimport("spec14_restored").renew(py._module.getEnvStrings());
      return { py, snapshot: true, reason };
    } catch (error) {
      reason = String(error?.message ?? error).slice(-300);
    }
  }
  const py = await load(wanted);
  for (const folder of Object.keys(wanted.shown ?? {})) py._api.sys.path.append(folder);
  return { py, snapshot: false, reason };
}

export async function load(wanted, options = {}) {
  const url = pathToFileURL(path.join(wanted.runtime, "pyodide.mjs"));
  const { loadPyodide } = await import(url);
  const py = await loadPyodide({ ...settings(wanted), ...options });
  py.setStdout();
  py.setStderr();
  return py;
}
