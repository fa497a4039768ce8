// The thread beside the interpreter's. It reads `interrupt N` and `where`, a line each; when the
// controller has gone, the process ends.
import { Session } from "node:inspector/promises";
import { Socket } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as after } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

import { sender } from "./send.mjs";

const PATIENCE = 5000; // ms until the interpreter's thread has to stop at a place it can name
const send = sender(workerData.send);
const signals = new Uint8Array(workerData.signals);

// A stack of the main thread through the debugger; undefined when it does not stop.
async function stackOfMain() {
  const session = new Session();
  session.connectToMainThread();
  try {
    const paused = new Promise((resolve) => session.once("Debugger.paused", resolve));
    await session.post("Debugger.enable");
    await session.post("Debugger.pause");
    // Something to run, should it be waiting for events.
    parentPort.postMessage("where");
    const event = await Promise.race([paused, after(PATIENCE)]);
    if (event === undefined) return undefined;
    const frames = event.params.callFrames;
    if (frames.some((frame) => frame.functionName === "whileWaiting")) return [];
    const { result } = await session.post("Runtime.evaluate", {
      expression: "globalThis.spec14?.traceback() ?? ''",
    });
    return { stack: frames.map(named), traceback: result?.value ?? "" };
  } finally {
    session.disconnect();
  }
}

function named({ functionName, url, location }) {
  const place = url.startsWith("wasm:") ? url : url.replace(/^.*\//, "");
  return `${functionName || "(anonymous)"} (${place}:${location.lineNumber + 1})`;
}

async function where() {
  const found = await stackOfMain();
  if (Array.isArray(found)) return; // it says itself that it waits
  if (found) send({ type: "where", state: "running", ...found });
  else send({ type: "where", state: "unknown", stack: [], traceback: "" });
}

const input = new Socket({ fd: workerData.control, readable: true, writable: false });
createInterface({ input }).on("line", (line) => {
  const [word, number] = line.split(" ");
  if (word === "interrupt") {
    Atomics.store(signals, 0, Number(number));
    parentPort.postMessage("interrupt");
  } else if (word === "where") {
    where().catch((error) => send({ type: "error", text: String(error?.stack ?? error) }));
  }
});
for (const event of ["end", "error"]) {
  // process.exit would end this thread only.
  input.on(event, () => process.kill(process.pid, "SIGKILL"));
}
