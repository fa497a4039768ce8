import assert from "node:assert/strict";
import { test } from "node:test";

import { frameTitle, longWay, versions } from "../../toolkit/docs/reader/words.mjs";

test("a record's versions", () => {
  const wheel = "ripple_demo-1.0.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl";
  assert.equal(
    versions({ wheel, python: "3.14.2", pyodide: "314.0.6" }),
    `ripple-demo 1.0.0 (${wheel}), Python 3.14.2, Pyodide 314.0.6`,
  );
});

test("without a record nothing is claimed", () => {
  assert.equal(versions(null), "");
  assert.equal(versions({ pyodide: "314.0.6" }), "Pyodide 314.0.6");
});

for (const [src, about, title] of [
  ["lite/tree/../notebooks/index.html?path=a.ipynb", "ripple.smooth", "Notebook: ripple.smooth"],
  ["lite/tree/../notebooks/index.html?path=two%20stones.ipynb", "", "Notebook: two stones.ipynb"],
  ["../lite/repl/index.html?code=1", "", "Python console"],
  ["lite/lab/", "Stones", "JupyterLab: Stones"],
]) {
  test(`the title of ${src}`, () => assert.equal(frameTitle(src, about), title));
}

test("a reason is told in a few words", () => {
  assert.equal(longWay("a fault"), "Python was started the long way: a fault");
  assert.equal(longWay("x".repeat(900)).length, 153);
});
