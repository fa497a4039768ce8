import assert from "node:assert/strict";
import { before, test } from "node:test";

const HERE = "https://site.example/docs/lite/extensions/@spec14/xeus/static/remote.js";
const script = new URL("../../toolkit/lite/xeus/labextension/static/remote.js", import.meta.url).href;

/** A signal of Lumino's. */
class Signal {
  #slots = new Set();

  connect(slot) {
    this.#slots.add(slot);
  }

  disconnect(slot) {
    this.#slots.delete(slot);
  }

  emit(...words) {
    this.#slots.forEach((slot) => slot(...words));
  }
}

const shares = (exported) => ({ "4.6.0": { get: async () => () => exported } });
const modules = {
  "@jupyterlab/notebook": shares({ INotebookTracker: "notebooks" }),
  "@jupyterlab/console": shares({ IConsoleTracker: "consoles" }),
};
let plugin;
let told;

before(async () => {
  globalThis.document = { currentScript: { src: HERE } };
  globalThis.BroadcastChannel = class {
    constructor(name) {
      this.name = name;
    }

    postMessage(message) {
      told.push([this.name, message]);
    }

    close() {}
  };
  await import(script);
  const container = globalThis._JUPYTERLAB["@spec14/xeus"];
  container.init(modules);
  [plugin] = (await container.get("./extension"))().default;
});

/** Open a notebook or a console in a frame; give what its kernel's status is changed by. */
function opened(name, { frame = "spec14-a", kind = 0 } = {}) {
  told = [];
  globalThis.frameElement = frame === "" ? null : { dataset: { spec14: frame } };
  const trackers = [{ widgetAdded: new Signal() }, { widgetAdded: new Signal() }];
  plugin.activate({}, ...trackers);
  const kernel = { name, status: "unknown" };
  const sessionContext = { session: null, statusChanged: new Signal() };
  trackers[kind].widgetAdded.emit(undefined, { sessionContext });
  return (status) => {
    kernel.status = status;
    sessionContext.session = { kernel };
    sessionContext.statusChanged.emit();
  };
}

test("a kernel that has answered is ready, once", () => {
  assert.deepEqual(plugin.optional, ["notebooks", "consoles"]);
  for (const kind of [0, 1]) {
    const become = opened("xpython", { kind });
    become("starting");
    assert.deepEqual(told, []);
    become("idle");
    become("busy");
    become("idle");
    assert.deepEqual(told, [["spec14-start:/docs/lite/", { frame: "spec14-a", stage: "ready" }]]);
  }
});

test("Pyodide's kernel speaks for itself", () => {
  opened("python")("idle");
  assert.deepEqual(told, []);
});

test("a page of its own has nobody to tell", () => {
  opened("xlua", { frame: "" })("idle");
  assert.deepEqual(told, []);
});
