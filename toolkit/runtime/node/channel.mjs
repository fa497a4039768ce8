// The modules that Python finds as `spec14_channel` and `spec14_wake`.
import { Buffer } from "node:buffer";
import { readSync } from "node:fs";

import { sender } from "./send.mjs";
import { RECEIVING, SIGNAL } from "./signals.mjs";

const NEWLINE = 0x0a;

let ends;
let write;
let rest = Buffer.alloc(0);

const channel = {
  send: (text) => write(text),

  // Blocks until a line is there; "" when the controller has closed its end.
  receive() {
    let end;
    const parts = [rest];
    while ((end = parts.at(-1).indexOf(NEWLINE)) < 0) {
      const chunk = Buffer.allocUnsafe(1 << 16);
      Atomics.store(ends.signals, RECEIVING, 1);
      const size = readSync(ends.receive, chunk);
      Atomics.store(ends.signals, RECEIVING, 0);
      if (size === 0) return "";
      parts.push(chunk.subarray(0, size));
    }
    const last = parts.pop();
    rest = last.subarray(end + 1);
    return Buffer.concat([...parts, last.subarray(0, end)]).toString();
  },

  heap: () => ends.heap(),
};

// Ends the wait of an interpreter that is suspended on a promise: ../inside/spec14_start.py.
const waits = [];
const wake = {
  begin() {
    const wait = { ...Promise.withResolvers(), signal: 0 };
    wait.end = () => wait.resolve();
    waits.push(wait);
    return wait;
  },
  over: () => waits.pop().signal,
};

// What Python may hold of these, by the names it has in a memory snapshot.
export const held = Object.fromEntries(
  Object.entries({ channel, wake }).flatMap(([name, module]) => [
    [name, module],
    ...Object.entries(module).map(([key, value]) => [`${name}.${key}`, value]),
  ]),
);

export function register(py) {
  py.registerJsModule("spec14_channel", channel);
  py.registerJsModule("spec14_wake", wake);
}

// `fds` for messages, the memory shared with the control thread, and what tells the heap's size.
export function open(all) {
  ends = all;
  write = sender(all.send);
}

// While WebAssembly is suspended nothing looks at the interrupt buffer; what looks first, should
// it be a callback of the event loop, would run the handler in the wrong place.
export function wakeInnermost() {
  const wait = waits.at(-1);
  if (wait === undefined) return;
  wait.signal = Atomics.exchange(ends.signals, SIGNAL, 0);
  wait.resolve();
}
