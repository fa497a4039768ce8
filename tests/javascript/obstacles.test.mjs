import assert from "node:assert/strict";
import { test } from "node:test";

import { keepsFiles, lasting, ofWindow } from "../../toolkit/docs/reader/obstacles.mjs";
import { OBSTACLES } from "../../toolkit/docs/reader/words.mjs";

class ModuleWorker {
  constructor(url, options) {
    this.type = options.type;
  }
}

class ClassicWorker {}

test("a browser that has everything has no obstacle", () => {
  assert.equal(lasting({ WebAssembly, Worker: ModuleWorker }), null);
});

test("no WebAssembly, or an empty one", () => {
  assert.equal(lasting({ Worker: ModuleWorker }), "webassembly");
  assert.equal(lasting({ WebAssembly: {}, Worker: ModuleWorker }), "webassembly");
});

test("workers that cannot be modules, or none", () => {
  assert.equal(lasting({ WebAssembly, Worker: ClassicWorker }), "workers");
  assert.equal(lasting({ WebAssembly }), "workers");
});

test("windows and devices that upstream shows no button in", () => {
  assert.equal(ofWindow({ width: 480, height: 900, mobile: true }), "small");
  assert.equal(ofWindow({ width: 900, height: 480, mobile: true }), "small");
  assert.equal(ofWindow({ width: 481, height: 481, mobile: true }), "phone");
  assert.equal(ofWindow({ width: 481, height: 481, mobile: false }), null);
});

test("each obstacle is told with the button's own label", () => {
  for (const tell of Object.values(OBSTACLES)) {
    assert.match(tell("Try it"), /^“Try it” \S+/);
  }
});

const store = (answer) => ({
  indexedDB: {
    open() {
      const request = { result: { close() {} } };
      setTimeout(() => request[answer]());
      return request;
    },
    deleteDatabase() {},
  },
});

test("whether the browser keeps files", async () => {
  assert.equal(await keepsFiles(store("onsuccess")), true);
  assert.equal(await keepsFiles(store("onerror")), false);
  assert.equal(await keepsFiles({}), false);
});
