import assert from "node:assert/strict";
import { test } from "node:test";

import { listen } from "../../toolkit/lite/start/spec14-interrupt.mjs";

function kernel({ crossOriginIsolated }) {
  const seen = { buffers: [], messages: [] };
  const py = { setInterruptBuffer: (buffer) => seen.buffers.push(buffer) };
  const scope = { crossOriginIsolated, postMessage: (message) => seen.messages.push(message) };
  return { seen, py, scope };
}

test("Python and the page get one and the same memory", () => {
  const { seen, py, scope } = kernel({ crossOriginIsolated: true });
  assert.equal(listen(py, scope), true);
  const page = new Int32Array(seen.messages[0].spec14InterruptBuffer);
  page[0] = 2;
  assert.equal(seen.buffers[0][0], 2);
});

test("Python says when a cell's own code runs; a signal that came too late is dropped", () => {
  const { seen, py, scope } = kernel({ crossOriginIsolated: true });
  listen(py, scope);
  const page = new Int32Array(seen.messages[0].spec14InterruptBuffer);
  scope.spec14InCell(true);
  assert.deepEqual([...page], [0, 1]);
  page[0] = 2;
  scope.spec14InCell(false);
  assert.deepEqual([...page], [0, 0]);
});

test("without isolation headers there is nothing to share", () => {
  const { seen, py, scope } = kernel({ crossOriginIsolated: false });
  assert.equal(listen(py, scope), false);
  assert.deepEqual(seen, { buffers: [], messages: [] });
});
