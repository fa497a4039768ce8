import assert from "node:assert/strict";
import { before, test } from "node:test";

const { waitAsync } = Atomics;

class PageWorker {
  #heard = [];

  addEventListener(_kind, listener) {
    this.#heard.push(listener);
  }

  says(data) {
    this.#heard.forEach((listener) => listener({ data }));
  }
}

/** What of a JupyterLite application the plugin uses. */
function application({ status = "idle", locked = true } = {}) {
  const kernel = { status };
  const done = [];
  const client = {
    _mutexMap: new Map([["id", { isLocked: () => locked }]]),
    _kernels: new Map([["id", {}]]),
    interrupt: async (id) => done.push(["upstream", id]),
  };
  const app = {
    serviceManager: { kernels: { _kernelAPIClient: client } },
    commands: { execute: async (...words) => done.push(words) },
    shell: { currentWidget: { context: { sessionContext: { isDisposed: false, session: { kernel } } } } },
  };
  return { app, client, done, kernel };
}

let plugin;

before(async () => {
  globalThis.Worker = PageWorker;
  await import("../../toolkit/lite/labextension/static/remote.js");
  const container = globalThis._JUPYTERLAB["@spec14/kernel"];
  container.init({});
  plugin = (await container.get("./extension"))().default;
  assert.equal(plugin.autoStart, true);
});

/** Activate it, and give a kernel's worker as the application would make one. */
function activate(parts) {
  globalThis.Worker = PageWorker;
  plugin.activate(parts.app);
  const worker = new globalThis.Worker("kernel.js");
  parts.client._kernels.get("id")._worker = worker;
  return worker;
}

test("a running cell is interrupted, by its own kernel's memory", async () => {
  const parts = application();
  const worker = activate(parts);
  const other = new globalThis.Worker("other.js");
  const [own, foreign] = [new SharedArrayBuffer(4), new SharedArrayBuffer(4)];
  worker.says({ spec14InterruptBuffer: own });
  other.says({ spec14InterruptBuffer: foreign });
  worker.says({ something: "else" });
  await parts.client.interrupt("id");
  assert.equal(new Int32Array(own)[0], 2);
  assert.equal(new Int32Array(foreign)[0], 0);
  assert.deepEqual(parts.done, [["upstream", "id"]]);
});

test("where nothing runs, nothing is interrupted", async () => {
  const parts = application({ locked: false });
  const worker = activate(parts);
  const buffer = new SharedArrayBuffer(4);
  worker.says({ spec14InterruptBuffer: buffer });
  await parts.client.interrupt("id");
  assert.equal(new Int32Array(buffer)[0], 0);
});

test("where it cannot be, the reader is told", async () => {
  const parts = application();
  activate(parts);
  await parts.client.interrupt("id");
  const [, [command, { message, type }]] = parts.done;
  assert.equal(command, "apputils:notify");
  assert.equal(type, "warning");
  assert.match(message, /Restart the kernel/u);
});

test("a key waits for the kernel, other commands do not", async () => {
  const parts = application({ status: "starting" });
  activate(parts);
  const run = parts.app.commands.execute("notebook:run-cell-and-select-next", { x: 1 });
  await parts.app.commands.execute("notebook:insert-cell-below");
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(parts.done, [["notebook:insert-cell-below"]]);
  parts.kernel.status = "idle";
  await run;
  assert.deepEqual(parts.done[1], ["notebook:run-cell-and-select-next", { x: 1 }]);
});

test("waitAsync always gives a promise", async () => {
  activate(application());
  const memory = new Int32Array(new SharedArrayBuffer(4));
  memory[0] = 1;
  assert.equal(waitAsync.call(Atomics, memory, 0, 0).async, false, "upstream's trap is there");
  const { value } = Atomics.waitAsync(memory, 0, 0);
  assert.equal(await value, "not-equal");
});
