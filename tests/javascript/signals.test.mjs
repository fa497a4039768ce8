import assert from "node:assert/strict";
import { test } from "node:test";

import { interruptBuffer, SIGNAL } from "../../toolkit/runtime/node/signals.mjs";

const shared = () => new Uint8Array(new SharedArrayBuffer(2));

test("a signal is read once", () => {
  const signals = shared();
  const buffer = interruptBuffer(signals);
  Atomics.store(signals, SIGNAL, 2);
  assert.equal(buffer[0], 2);
  buffer[0] = 0;
  assert.equal(buffer[0], 0);
});

for (const before of [0, 10]) {
  test(`a signal that comes between reading ${before} and clearing it stays`, () => {
    const signals = shared();
    const buffer = interruptBuffer(signals);
    Atomics.store(signals, SIGNAL, before);
    assert.equal(buffer[0], before);
    Atomics.store(signals, SIGNAL, 2);
    buffer[0] = 0;
    assert.equal(buffer[0], 2);
  });
}
