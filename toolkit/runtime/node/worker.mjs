// One interpreter that a controller on the host talks to: `worker.mjs SETTINGS`, JSON made by
// ../interpreter.py. Messages are lines of JSON; the file descriptors for them are in SETTINGS.
import { readSync } from "node:fs";
import process from "node:process";
import { Worker } from "node:worker_threads";

import { sender } from "./send.mjs";
import { start } from "./start.mjs";
import { described, leaves, tracebackOf } from "./fatal.mjs";

const TRAPPED = 70; // EX_SOFTWARE of sysexits.h
const NEWLINE = 0x0a;
Error.stackTraceLimit = 60;

const wanted = JSON.parse(process.argv[2]);
const send = sender(wanted.fds.send);

// Blocks until a line is there; "" when the controller has closed its end.
function receiver(fd) {
  let rest = Buffer.alloc(0);
  return () => {
    let end;
    const parts = [rest];
    while ((end = parts.at(-1).indexOf(NEWLINE)) < 0) {
      const chunk = Buffer.allocUnsafe(1 << 16);
      const size = readSync(fd, chunk);
      if (size === 0) return "";
      parts.push(chunk.subarray(0, size));
    }
    const last = parts.pop();
    rest = last.subarray(end + 1);
    return Buffer.concat([...parts, last.subarray(0, end)]).toString();
  };
}

// What wakes the interpreter while it waits for a promise: Python counts on it in
// ../inside/spec14_start.py.
const waits = new Set();
const wake = {
  create() {
    const { promise, resolve } = Promise.withResolvers();
    const done = () => {
      waits.delete(done);
      resolve();
    };
    waits.add(done);
    return { promise, done };
  },
};

function trapped(py, error) {
  const text = described(py, error);
  if (text) {
    send({ type: "trap", ...text, traceback: py ? tracebackOf(py) : "" });
    process.exit(TRAPPED);
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
  const signals = new SharedArrayBuffer(1);
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
  const buffer = new Uint8Array(signals);
  py.setInterruptBuffer(buffer);
  py.registerJsModule("spec14_channel", {
    send: (text) => send(text),
    receive: receiver(wanted.fds.receive),
    heap: () => py._module.HEAP8.length,
  });
  py.registerJsModule("spec14_wake", wake);
  const started = py.pyimport("spec14_start");
  globalThis.spec14 = { traceback: () => tracebackOf(py) };
  // Only reached while nothing runs: the interpreter waits for a promise.
  thread.on("message", function whileWaiting(message) {
    if (message === "interrupt") for (const done of [...waits]) done();
    if (message === "where") {
      // A signal's handler has to run in what waits, not in this call.
      py.setInterruptBuffer(undefined);
      send({ type: "where", state: "waiting", stack: [], traceback: started.waiting() });
      py.setInterruptBuffer(buffer);
    }
  });
  send({ type: "ready", seconds: performance.now() / 1000, snapshot, reason });
  process.exit(await started.run.callPromising(wanted.module, wanted.args));
}

main().catch((error) => {
  send({ type: "error", text: String(error?.stack ?? error).slice(-4000) });
  process.exit(TRAPPED);
});
