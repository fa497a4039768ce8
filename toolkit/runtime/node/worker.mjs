// One interpreter that a controller on the host talks to: `worker.mjs SETTINGS`, JSON made by
// ../interpreter.py. Messages are lines of JSON; the file descriptors for them are in SETTINGS.
import { Buffer } from "node:buffer";
import { readSync } from "node:fs";
import process from "node:process";
import { Worker } from "node:worker_threads";

import { sender } from "./send.mjs";
import { start } from "./start.mjs";
import { described, frames, leaves, tracebackOf } from "./fatal.mjs";

const TRAPPED = 70; // EX_SOFTWARE of sysexits.h
const NEWLINE = 0x0a;
const RECEIVING = 1; // place in the memory shared with the control thread; 0 is the signal
Error.stackTraceLimit = 60;

const wanted = JSON.parse(process.argv[2]);
const send = sender(wanted.fds.send);

// Blocks until a line is there; "" when the controller has closed its end.
function receiver(fd, blocked) {
  let rest = Buffer.alloc(0);
  return () => {
    let end;
    const parts = [rest];
    while ((end = parts.at(-1).indexOf(NEWLINE)) < 0) {
      const chunk = Buffer.allocUnsafe(1 << 16);
      blocked(true);
      const size = readSync(fd, chunk);
      blocked(false);
      if (size === 0) return "";
      parts.push(chunk.subarray(0, size));
    }
    const last = parts.pop();
    rest = last.subarray(end + 1);
    return Buffer.concat([...parts, last.subarray(0, end)]).toString();
  };
}

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

// While WebAssembly is suspended nothing looks at the interrupt buffer; what looks first, should
// it be a callback of the event loop, would run the handler in the wrong place.
function wakeInnermost(signals) {
  const wait = waits.at(-1);
  if (wait === undefined) return;
  wait.signal = Atomics.exchange(signals, 0, 0);
  wait.resolve();
}

function trapped(py, error) {
  const text = described(py, error);
  if (text) {
    send({ type: "trap", ...text, traceback: py ? tracebackOf(py) : "" });
    process.exit(TRAPPED);
  }
}

// Where it stands. The debugger evaluates this on top of whatever runs, between two turns of a
// loop; nothing of the interpreter's state is changed.
function where(py, started, signals) {
  const stack = frames(py, new Error()).slice(2);
  if (stack.some(({ wasm }) => wasm)) {
    return { state: "running", stack: stack.map(({ text }) => text), traceback: tracebackOf(py) };
  }
  // A signal's handler has to run in what waits, not in this call.
  py.setInterruptBuffer(undefined);
  try {
    return { state: "waiting", stack: [], traceback: started.waiting() };
  } finally {
    py.setInterruptBuffer(signals);
  }
}

// The thread that stays responsive whatever the interpreter does.
function control(signals) {
  const thread = new Worker(new URL("./control.mjs", import.meta.url), {
    workerData: { ...wanted.fds, signals },
  });
  thread.on("error", (error) => {
    send({ type: "error", text: `the control thread: ${error?.stack ?? error}` });
    process.exit(TRAPPED);
  });
  return thread;
}

async function main() {
  const signals = new Uint8Array(new SharedArrayBuffer(2));
  const thread = control(signals);
  const { py, snapshot, reason } = await start(wanted);
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error) => trapped(py, error));
  }
  const fatal = py._api.fatal_error;
  py._api.fatal_error = (error) => {
    if (!leaves(error)) trapped(py, error);
    return fatal(error);
  };
  py.setInterruptBuffer(signals);
  py.registerJsModule("spec14_channel", {
    send: (text) => send(text),
    receive: receiver(wanted.fds.receive, (is) => Atomics.store(signals, RECEIVING, Number(is))),
    heap: () => py._module.HEAP8.length,
  });
  py.registerJsModule("spec14_wake", wake);
  const started = py.pyimport("spec14_start");
  thread.on("message", () => wakeInnermost(signals));
  globalThis.spec14 = { where: () => where(py, started, signals) };
  send({ type: "ready", seconds: performance.now() / 1000, snapshot, reason });
  const code = await started.run.callPromising(wanted.module, wanted.args);
  await thread.terminate(); // a debugger's session of its would be waited for
  process.exit(code);
}

main().catch((error) => {
  send({ type: "error", text: String(error?.stack ?? error).slice(-4000) });
  process.exit(TRAPPED);
});
