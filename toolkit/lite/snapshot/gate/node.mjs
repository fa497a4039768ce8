// Starts a kernel in Node, from a site's snapshot or in the ordinary way, and tells what it shows:
// node.mjs SETTINGS, a file of JSON that node.py writes. One line of JSON on standard output. What is
// done here is what the kernel's worker does (pyodide-kernel 0.8.6, worker.ts).
import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

const wanted = JSON.parse(readFileSync(process.argv[2], "utf8"));
const base = pathToFileURL(`${wanted.folder}/`);
const imported = (name) => import(new URL(name, base));
const read = (name) => readFileSync(new URL(name, base));

// Python's own output is not ours.
const quiet = { stdout() {}, stderr() {} };

// In Node it would be the script's, and a browser has none.
const common = { ...quiet, indexURL: wanted.folder, _sysExecutable: "./this.program" };

globalThis.atob ??= (text) => Buffer.from(text, "base64").toString("latin1");

async function fromSnapshot(load) {
  const manifest = JSON.parse(read("spec14-snapshot.json"));
  if (manifest.reason) throw new Error(manifest.reason);
  const part = ({ file }) => new Uint8Array(gunzipSync(read(file)));
  const { restored } = await imported("spec14-restore.mjs");
  const parts = {
    heap: Promise.resolve(part(manifest.heap)),
    files: Promise.resolve(manifest.files.map(part)),
  };
  const options = { ...common, lockFileURL: new URL("pyodide-lock.json", base).href };
  return restored(load, options, { manifest, parts, lock: Promise.resolve(read("pyodide-lock.json").toString()) });
}

async function ordinary(load) {
  const py = await load({
    ...common,
    lockFileURL: `${wanted.folder}/pyodide-lock.json`,
    // No URL: in Node Pyodide makes a folder of that name in the working folder, and copies into it.
    packageBaseUrl: `${wanted.folder}/`,
    packages: wanted.packages,
  });
  py.FS.mkdirTree("/lib/spec14-site");
  for (const name of wanted.modules) py.FS.writeFile(`/lib/spec14-site/${name}`, read(name));
  py.runPython("import sys; sys.path.append('/lib/spec14-site')");
  return py;
}

const js = (value) => value?.toJs?.({ dict_converter: Object.fromEntries }) ?? value;

/** Give what executes a cell and shows what comes of it. */
function shower(py) {
  const { globals } = py;
  const module = globals.get("pyodide_kernel");
  const kernel = module.kernel_instance;
  const shell = kernel.interpreter;
  let shown = [];
  const show = (type) => (...values) => shown.push([type, JSON.stringify(js(values[type === "result" ? 1 : 0]))]);
  const stream = (name, text) => {
    if (shown.at(-1)?.[0] === name) shown.at(-1)[1] += text;
    else shown.push([name, text]);
  };
  module.stdout_stream.publish_stream_callback = stream;
  module.stderr_stream.publish_stream_callback = stream;
  shell.display_pub.display_data_callback = show("display");
  shell.displayhook.publish_execution_result = show("result");
  return {
    async run(code) {
      shown = [];
      kernel._parent_header = py.toPy({ header: { msg_id: "gate" } });
      const result = js(await kernel.run(code));
      if (result.status === "error") shown.push(["error", String(result.evalue), result.traceback.join("\n")]);
      return shown;
    },
    complete: (text) => js(kernel.complete(text, text.length)).matches,
  };
}

async function main() {
  const { loadPyodide } = await imported("pyodide.mjs");
  const py = await (wanted.snapshot ? fromSnapshot(loadPyodide) : ordinary(loadPyodide));
  py.pyimport("spec14_site").prepare();
  await py.runPythonAsync("import piplite.piplite; piplite.piplite._PIPLITE_DISABLE_PYPI = True");
  await py.runPythonAsync("import pyodide_kernel");
  const { run, complete } = shower(py);
  const cells = {};
  for (const { name, code } of wanted.cells) cells[name] = await run(code);
  const completions = Object.fromEntries(wanted.completed.map((text) => [text, complete(text)]));
  const found = { cells, completions, snapshot: wanted.snapshot, reason: "" };
  // A pipe takes 64 kB at once: the rest would be lost.
  process.stdout.write(`\n${JSON.stringify(found)}\n`, () => process.exit(0));
}

main().catch((error) => {
  // The last lines are what is told: the message, which a stack has at its beginning.
  process.stderr.write(`${error?.stack}\n${String(error?.message ?? error).slice(-2000)}\n`);
  process.exit(1);
});
