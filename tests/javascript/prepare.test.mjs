import assert from "node:assert/strict";
import { test } from "node:test";

import { prepare, warm } from "../../toolkit/lite/start/spec14-prepare.mjs";

/** A runtime that tells what of Python is called. */
function python(loadedPackages = {}) {
  const called = [];
  const files = new Map();
  return {
    called,
    files,
    loadedPackages,
    FS: { mkdirTree: () => {}, writeFile: (path, text) => files.set(path, text) },
    pyimport: (name) => ({
      path: { append: (folder) => called.push([name, "path", folder]), destroy() {} },
      prepare: () => called.push([name, "prepare"]),
      warm: (module) => called.push([name, "warm", module]),
      destroy() {},
    }),
  };
}

/** Prepare it; what answers URLs is put into the worker's own functions, which come back afterwards. */
function prepared(py, texts) {
  const { fetch, XMLHttpRequest, location } = globalThis;
  Object.assign(globalThis, { XMLHttpRequest: class {}, location: new URL("https://docs.example/worker.js") });
  try {
    prepare(py, texts, {});
  } finally {
    Object.assign(globalThis, { fetch, XMLHttpRequest, location });
  }
}

const LAST = [
  ["spec14_site", "prepare"],
  ["spec14_later", "prepare"],
  ["spec14_drive", "prepare"],
];

test("after an ordinary start the modules are written, then found, then asked", () => {
  const py = python();
  prepared(py, [["spec14_site.py", "text"]]);
  assert.deepEqual([...py.files], [["/lib/spec14-site/spec14_site.py", "text"]]);
  assert.deepEqual(py.called, [["sys", "path", "/lib/spec14-site"], ...LAST]);
});

test("in a snapshot they are in memory: nothing is written, no path is added twice", () => {
  const py = python();
  prepared(py, []);
  assert.equal(py.files.size, 0);
  assert.deepEqual(py.called, LAST);
});

test("NumPy is imported ahead where it is there, and nowhere else", () => {
  const [without, py] = [python({ ripple: "default channel" }), python({ numpy: "default channel" })];
  warm(without);
  warm(py);
  assert.deepEqual(without.called, []);
  assert.deepEqual(py.called, [["spec14_later", "warm", "numpy"]]);
});
