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
function application({ locked = true } = {}) {
  const done = [];
  const settings = { list: async () => ({ ids: [], values: [] }), fetch() {}, save() {}, clear() {} };
  const client = {
    _mutexMap: new Map([["id", { isLocked: () => locked }]]),
    _kernels: new Map([["id", {}]]),
    _cancelReason: new WeakMap(),
    interrupt: async (id) => done.push(["upstream", id]),
  };
  const app = {
    serviceManager: { kernels: { _kernelAPIClient: client }, settings },
    commands: { execute: async (...words) => done.push(words) },
  };
  return { app, client, done };
}

/** Modules as an application shares them: by version, and loaded when they are asked for. */
const shares = (exported) => ({ "4.6.0": { get: async () => () => exported } });
const runCell = async () => true;
class DefaultSchemaValidator {
  validateData() {
    return ["asked"];
  }
}
const PageConfig = { Extension: { isDisabled: () => false } };
const modules = {
  "@jupyterlab/apputils": shares({ ISplashScreen: "of covers" }),
  "@jupyterlab/coreutils": shares({ PageConfig }),
  "@jupyterlab/settingregistry": shares({ DefaultSchemaValidator }),
  "@jupyterlab/notebook": shares({ INotebookCellExecutor: "of notebooks", runCell }),
  "@jupyterlab/console": shares({ IConsoleCellExecutor: "of consoles", runCell }),
};
let plugin;
let plugins;

before(async () => {
  globalThis.Worker = PageWorker;
  const script = new URL("../../toolkit/lite/labextension/static/remote.js", import.meta.url).href;
  globalThis.document = { currentScript: { src: script } };
  await import(script);
  const container = globalThis._JUPYTERLAB["@spec14/kernel"];
  container.init(modules);
  plugins = (await container.get("./extension"))().default;
  [plugin] = plugins;
});

/** Activate it, and give a kernel's worker as the application would make one, with what it has already. */
function activate(parts, already = {}) {
  globalThis.Worker = class extends PageWorker {
    constructor() {
      super();
      Object.assign(this, already);
    }
  };
  plugin.activate(parts.app);
  const worker = new globalThis.Worker("kernel.js");
  parts.client._kernels.get("id")._worker = worker;
  return worker;
}

test("plugins that run cells are given in JupyterLab's stead", () => {
  // Nothing of Notebook is off here: its cover stays (splash.test.mjs).
  assert.deepEqual(plugins.map(({ autoStart }) => autoStart), [true, true, true]);
  assert.deepEqual(plugins.map(({ provides }) => provides), [undefined, "of notebooks", "of consoles"]);
  assert.equal(typeof plugins[1].activate().runCell, "function");
});

test("settings that nobody has set are not validated", () => {
  const plugin = { raw: "{}", schema: { type: "object" } };
  assert.equal(new DefaultSchemaValidator().validateData(plugin), null);
});

test("a running cell is interrupted, by its own kernel's memory", async () => {
  const parts = application();
  const worker = activate(parts);
  const other = new globalThis.Worker("other.js");
  const [own, foreign] = [new SharedArrayBuffer(8), new SharedArrayBuffer(8)];
  new Int32Array(own)[1] = 1;
  worker.says({ spec14InterruptBuffer: own });
  other.says({ spec14InterruptBuffer: foreign });
  worker.says({ something: "else" });
  await parts.client.interrupt("id");
  assert.equal(new Int32Array(own)[0], 2);
  assert.equal(new Int32Array(foreign)[0], 0);
  assert.deepEqual(parts.done, [["upstream", "id"]]);
});

test("what runs before a cell's own code is not interrupted", async () => {
  const parts = application();
  const worker = activate(parts);
  const buffer = new SharedArrayBuffer(8);
  const words = new Int32Array(buffer);
  worker.says({ spec14InterruptBuffer: buffer });
  const interrupted = parts.client.interrupt("id");
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual([...words], [0, 0]);
  words[1] = 1;
  await interrupted;
  assert.deepEqual([...words], [2, 1]);
});

test("where nothing runs, nothing is interrupted", async () => {
  const parts = application({ locked: false });
  const worker = activate(parts);
  const buffer = new SharedArrayBuffer(8);
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

test("cells dropped because one failed are answered like interrupted ones", () => {
  const parts = application();
  activate(parts);
  const [failed, stopped] = [{}, {}];
  parts.client._cancelReason.set(failed, "error");
  parts.client._cancelReason.set(stopped, "interrupt");
  assert.equal(parts.client._cancelReason.get(failed), "interrupt-subsequent");
  assert.equal(parts.client._cancelReason.get(stopped), "interrupt");
});

test("it hears from a worker whether Python starts", async () => {
  const parts = application();
  const worker = activate(parts);
  const { runCell } = plugins[1].activate(parts.app);
  const prompts = [];
  const cell = { model: { type: "code" }, setPrompt: (text) => prompts.push(text) };
  const ran = runCell({ cell, sessionContext: { session: null, isReady: false } });
  worker.says({ spec14Start: { stage: "failed", reason: "no memory", final: true } });
  assert.equal(await ran, false);
  assert.deepEqual(prompts, ["*", ""]);
  const [[command, { message, type }]] = parts.done;
  assert.equal(command, "apputils:notify");
  assert.equal(type, "error");
  assert.match(message, /no memory/u);
});

test("it hears what a worker that was started early has said before", { timeout: 5000 }, async () => {
  const parts = application();
  const buffer = new SharedArrayBuffer(8);
  new Int32Array(buffer)[1] = 1;
  const worker = activate(parts, {
    spec14Heard: [
      { spec14InterruptBuffer: buffer },
      { spec14Start: { stage: "loading" } },
      { spec14Start: { stage: "failed", reason: "no memory", final: true } },
    ],
  });
  assert.equal(worker.spec14Heard, undefined);
  // It is over already: the cell does not wait.
  const { runCell } = plugins[1].activate(parts.app);
  const prompts = [];
  const cell = { model: { type: "code" }, setPrompt: (text) => prompts.push(text) };
  assert.equal(await runCell({ cell, sessionContext: { session: null, isReady: false } }), false);
  assert.match(parts.done.at(-1)[1].message, /no memory/u);
  await parts.client.interrupt("id");
  assert.equal(new Int32Array(buffer)[0], 2);
});

test("a frame takes no focus while it is not shown, and none that is elsewhere in its page", () => {
  const focused = [];
  class HTMLElement {
    focus(options) {
      focused.push([this, options]);
    }
  }
  let hidden = true;
  const page = { body: {}, activeElement: null };
  const frameElement = { closest: () => hidden, matches: () => true, ownerDocument: page };
  Object.assign(globalThis, { HTMLElement, frameElement });
  activate(application());
  const [early, late] = [new HTMLElement(), new HTMLElement()];
  early.focus();
  assert.deepEqual([focused, globalThis.spec14Focus], [[], early]);
  hidden = false;
  late.focus({ preventScroll: true });
  assert.deepEqual(focused, [[late, { preventScroll: true }]]);
  for (const element of [frameElement, page.body, { tagName: "BUTTON" }]) {
    page.activeElement = element;
    late.focus();
  }
  assert.equal(focused.length, 3, "the frame has it, or nobody");
  delete globalThis.frameElement;
});

test("waitAsync always gives a promise", async () => {
  activate(application());
  const memory = new Int32Array(new SharedArrayBuffer(4));
  memory[0] = 1;
  assert.equal(waitAsync.call(Atomics, memory, 0, 0).async, false, "upstream's trap is there");
  const { value } = Atomics.waitAsync(memory, 0, 0);
  assert.equal(await value, "not-equal");
});
