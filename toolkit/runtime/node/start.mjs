// CPython on the Pyodide runtime, for a program of ours that drives it from JavaScript.
//
// Unlike the launcher of `pyodide venv` (../launcher/python.mjs) the interpreter has no command
// line: it is started, and then its functions are called.
import { lstatSync, readdirSync, realpathSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { restoring } from "./restore.mjs";

// Folders of the interpreter's own file system. /tmp is in memory, so that temporary files are
// gone with it; what the host has there is shown only where it is asked for.
const OWN = new Set(["/dev", "/lib", "/proc", "/sys", "/tmp"]);

function mountFolder(FS, folder, place) {
  FS.mkdirTree(place);
  FS.mount(FS.filesystems.NODEFS, { root: folder }, place);
}

// The host's folders under the same names, and `shown`, {place: folder}.
export function mountHost(FS, needed, shown) {
  const under = needed
    .filter((folder) => folder.startsWith("/tmp/"))
    .map((folder) => path.join("/tmp", folder.split("/")[2]));
  const folders = readdirSync("/")
    .map((name) => `/${name}`)
    .filter((folder) => !OWN.has(folder));
  for (const folder of [...folders, ...new Set(under)]) {
    const kind = lstatSync(folder, { throwIfNoEntry: false });
    if (kind?.isDirectory()) {
      mountFolder(FS, folder, folder);
    } else if (kind?.isSymbolicLink() && !FS.analyzePath(folder).exists) {
      FS.symlink(realpathSync(folder), folder);
    }
  }
  for (const [place, folder] of Object.entries(shown)) mountFolder(FS, folder, place);
}

// What loadPyodide is told: `runtime` is the folder of the npm package, `program` the `python`
// of an environment (which decides sys.prefix), `shown` further folders, {place: folder}.
export function settings({ program, cwd, env, shown = {} }) {
  return {
    _sysExecutable: program,
    env: { PYTHONINSPECT: "", HOME: "/tmp", ...env },
    fsInit(FS) {
      mountHost(FS, [cwd, program], shown);
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
      const py = await load(wanted, await restoring(wanted.runtime, wanted.snapshot, own));
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
