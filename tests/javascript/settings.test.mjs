import assert from "node:assert/strict";
import { test } from "node:test";

import { fillUnset, readOnce, withDefaults } from "../../toolkit/lite/labextension/static/settings.mjs";

/** JupyterLite's settings manager: all are read for each that is asked for. */
function upstream() {
  const raws = new Map([["a", "{}"], ["b", "{}"]]);
  const manager = {
    reads: 0,
    async list(query) {
      manager.reads += 1;
      const values = [...raws].map(([id, raw]) => ({ id, raw, data: { composite: {}, user: {} } }));
      return { ids: [...raws.keys()], values: query ? [] : values };
    },
    async fetch(id) {
      const found = (await manager.list()).values.find((one) => one.id === id);
      if (!found) throw new Error(`Setting ${id} not found`);
      return found;
    },
    save: async (id, raw) => void raws.set(id, raw),
    clear: async () => raws.clear(),
  };
  return manager;
}

test("settings are read once, whoever asks", async () => {
  const manager = upstream();
  readOnce(manager);
  const [all, ids, a, b] = await Promise.all([manager.list(), manager.list("ids"), manager.fetch("a"), manager.fetch("b")]);
  assert.deepEqual([all.ids, all.values.length, ids.ids, ids.values], [["a", "b"], 2, ["a", "b"], []]);
  assert.deepEqual([a.id, b.id], ["a", "b"]);
  assert.equal(manager.reads, 1);
});

test("who writes into what was read changes nothing for others", async () => {
  const manager = upstream();
  readOnce(manager);
  (await manager.fetch("a")).data.composite.dark = true;
  (await manager.list()).values[0].data.composite.dark = true;
  assert.deepEqual((await manager.fetch("a")).data.composite, {});
});

test("what was saved is known; what was cleared is read again", async () => {
  const manager = upstream();
  const { save } = manager;
  manager.save = async (id, raw) => {
    if (id === "full") throw new Error("QuotaExceededError");
    await save(id, raw);
  };
  readOnce(manager);
  await manager.fetch("a");
  await manager.save("a", '{"dark": true}');
  assert.equal((await manager.fetch("a")).raw, '{"dark": true}');
  assert.equal((await manager.fetch("b")).raw, "{}");
  assert.equal(manager.reads, 1);
  await assert.rejects(manager.save("full", "{}"), /QuotaExceededError/u);
  assert.equal((await manager.fetch("a")).raw, '{"dark": true}');
  assert.equal(manager.reads, 2, "after a failure nobody knows");
  await manager.clear();
  assert.deepEqual((await manager.list("ids")).ids, []);
});

test("what is not there is upstream's to refuse, and a failure is not kept", async () => {
  const manager = upstream();
  const { list } = manager;
  let online = false;
  manager.list = async (query) => {
    if (!online) throw new TypeError("Failed to fetch");
    return list(query);
  };
  readOnce(manager);
  await assert.rejects(manager.fetch("a"), /Failed to fetch/u);
  online = true;
  assert.equal((await manager.fetch("a")).id, "a");
  await assert.rejects(manager.fetch("c"), /Setting c not found/u);
});

/** What of JupyterLab's validator counts: whether it was asked. */
function validator() {
  const asked = [];
  class Validator {
    validateData(plugin) {
      asked.push(plugin.id);
      return ["theirs"];
    }
  }
  fillUnset(Validator);
  return { asked, validate: (plugin, ...words) => new Validator().validateData(plugin, ...words) };
}

test("nothing is compiled where a reader has set nothing", () => {
  const { asked, validate } = validator();
  const plugin = { id: "a", raw: "{}", schema: { type: "object", properties: { size: { default: 4 } } } };
  assert.equal(validate(plugin), null);
  assert.deepEqual(plugin.data, { composite: { size: 4 }, user: {} });
  const kept = { ...plugin, data: "as it was" };
  assert.equal(validate(kept, false), null);
  assert.equal(kept.data, "as it was");
  assert.deepEqual(asked, []);
});

test("what a reader has set, and what is no schema of an object, upstream validates", () => {
  const { asked, validate } = validator();
  assert.deepEqual(validate({ id: "set", raw: '{"size": 5}', schema: { type: "object" } }), ["theirs"]);
  assert.deepEqual(validate({ id: "commented", raw: "{ /* mine */ }", schema: { type: "object" } }), ["theirs"]);
  assert.deepEqual(validate({ id: "odd", raw: "{}", schema: { type: "array" } }), ["theirs"]);
  assert.deepEqual(asked, ["set", "commented", "odd"]);
});

test("defaults within defaults, by reference, in lists", () => {
  const point = { type: "object", properties: { x: { default: 1 }, y: { default: 2 } } };
  const schema = {
    definitions: { point },
    properties: {
      at: { $ref: "#/definitions/point", default: { x: 7 } },
      line: { type: "array", items: { $ref: "#/definitions/point" }, default: [{}, { y: 0 }] },
      named: { default: { a1: {}, other: {} }, patternProperties: { "^a": point }, additionalProperties: { properties: { z: { default: 3 } } } },
      either: { default: {}, oneOf: [point] },
      none: { type: "string" },
    },
    allOf: [{ properties: { more: { default: true } } }],
  };
  assert.deepEqual(withDefaults(schema), {
    at: { x: 7, y: 2 },
    line: [{ x: 1, y: 2 }, { x: 1, y: 0 }],
    named: { a1: { x: 1, y: 2 }, other: { z: 3 } },
    either: {},
    more: true,
  });
  assert.deepEqual(schema.properties.at.default, { x: 7 }, "the schema keeps its own");
});
