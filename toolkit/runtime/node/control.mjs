// The thread beside the interpreter's. It reads `interrupt N` and `where`, a line each; when the
// controller has gone, the process ends.
import { Session } from "node:inspector/promises";
import { Socket } from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";
import { setTimeout as after } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

import { sender } from "./send.mjs";
import { RECEIVING, SIGNAL } from "./signals.mjs";

const PATIENCE = 5000; // ms until the interpreter's thread has to answer

const send = sender(workerData.send);
const { signals } = workerData;
let session;

// Asks the main thread through the debugger's protocol, which V8 serves at the next turn of a loop
// or call of a function, in WebAssembly too. (Debugger.pause does not stop WebAssembly that was
// suspended before: V8 13.6.)
async function where() {
  const unknown = { state: "unknown", stack: [], traceback: "" };
  if (Atomics.load(signals, RECEIVING)) {
    send({ type: "where", ...unknown, state: "receiving" });
    return;
  }
  if (session === undefined) {
    session = new Session();
    session.connectToMainThread();
  }
  const answer = session.post("Runtime.evaluate", {
    expression: "globalThis.spec14?.where()",
    returnByValue: true,
  });
  const { result, exceptionDetails } = (await Promise.race([answer, after(PATIENCE)])) ?? {};
  const error = exceptionDetails?.exception?.description;
  send({ type: "where", ...(result?.value ?? unknown), ...(error && { error }) });
}

const input = new Socket({ fd: workerData.control, readable: true, writable: false });
createInterface({ input }).on("line", (line) => {
  const [word, number] = line.split(" ");
  if (word === "interrupt") {
    Atomics.store(signals, SIGNAL, Number(number));
    parentPort.postMessage("interrupt");
  } else if (word === "where") {
    where().catch((error) => send({ type: "error", text: String(error?.stack ?? error) }));
  }
});
for (const event of ["end", "error"]) {
  // process.exit would end this thread only.
  input.on(event, () => process.kill(process.pid, "SIGKILL"));
}
