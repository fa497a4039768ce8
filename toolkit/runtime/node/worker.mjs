// One interpreter that a controller on the host talks to: `worker.mjs SETTINGS`, JSON made by
// ../interpreter.py. Messages are lines of JSON; the file descriptors for them are in SETTINGS.
import { readFileSync } from "node:fs";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

import { held, open, register, wakeInnermost } from "./channel.mjs";
import { sender } from "./send.mjs";
import { interruptBuffer } from "./signals.mjs";
import { start } from "./start.mjs";
import { described, frames, leaves, tracebackOf } from "./fatal.mjs";

const TRAPPED = 70; // EX_SOFTWARE of sysexits.h
Error.stackTraceLimit = 60;

const wanted = JSON.parse(process.argv[2]);
const send = sender(wanted.fds.send);

function trapped(py, error) {
  const text = described(py, error);
  if (text) {
    send({ type: "trap", ...text, traceback: py ? tracebackOf(py) : "" });
    process.exit(TRAPPED);
  }
}

// Where it stands. The debugger evaluates this on top of whatever runs, between two turns of a
// loop; nothing of the interpreter's state is changed.
function where(py, started, buffer) {
  const stack = frames(py, new Error()).slice(2);
  if (stack.some(({ wasm }) => wasm)) {
    return { state: "running", stack: stack.map(({ text }) => text), traceback: tracebackOf(py) };
  }
  // A signal's handler has to run in what waits, not in this call.
  py.setInterruptBuffer(undefined);
  try {
    return { state: "waiting", stack: [], traceback: started.waiting() };
  } finally {
    py.setInterruptBuffer(buffer);
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

// What another room adds to the start: ../interpreter.py, `prepare`.
async function prepare([script, file]) {
  const module = await import(pathToFileURL(script));
  module.prepare(JSON.parse(readFileSync(file, "utf8")));
}

async function main() {
  const signals = new Uint8Array(new SharedArrayBuffer(2));
  const thread = control(signals);
  const { py, snapshot, reason } = await start(wanted, held);
  for (const event of ["uncaughtException", "unhandledRejection"]) {
    process.on(event, (error) => trapped(py, error));
  }
  const fatal = py._api.fatal_error;
  py._api.fatal_error = (error) => {
    if (!leaves(error)) trapped(py, error);
    return fatal(error);
  };
  const buffer = interruptBuffer(signals);
  py.setInterruptBuffer(buffer);
  open({ ...wanted.fds, signals, heap: () => py._module.HEAP8.length });
  register(py);
  const started = py.pyimport("spec14_start");
  if (wanted.prepare) await prepare(wanted.prepare);
  thread.on("message", () => wakeInnermost());
  globalThis.spec14 = { where: () => where(py, started, buffer) };
  send({ type: "ready", seconds: performance.now() / 1000, snapshot, reason });
  const code = await started.run.callPromising(wanted.module, wanted.args);
  await thread.terminate(); // a debugger's session of its would be waited for
  process.exit(code);
}

main().catch((error) => {
  send({ type: "error", text: String(error?.stack ?? error).slice(-4000) });
  process.exit(TRAPPED);
});
