import assert from "node:assert/strict";
import { test } from "node:test";

import { channelName, Count, FILES, told } from "../../toolkit/lite/start/spec14-progress.mjs";

const HERE = "https://docs.example.org/ripple/lite/static/pyodide/spec14-start.mjs";
const at = (name) => new URL(name, HERE).href;
const BYTES = { "python.wasm": 600_000, "a.whl": 200_000 };
const KINDS = { ordinary: BYTES, snapshot: { "python.wasm": 600_000, "heap.snapshot": 400_000 } };

/** A server of the files of a start; what is not there is answered with 404. */
const server = (files) => ({
  fetch: async (url) => {
    const name = String(url).split("/").at(-1);
    if (name === FILES) {
      return Response.json(KINDS);
    }
    return name in files ? new Response(new Uint8Array(files[name])) : new Response("", { status: 404 });
  },
});

/** Start a runtime that fetches `names`, and give what was told. */
async function start(scope, names, { run = async () => {}, first = async () => {} } = {}) {
  const said = [];
  let clock = 0;
  const load = async (context) => {
    context.expect("ordinary");
    await first(context);
    const answers = await Promise.all(names.map((name) => scope.fetch(at(name))));
    const bodies = await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    // The copies are read beside: they are done a moment after the answers themselves.
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { sizes: bodies.map((body) => body.byteLength), runPythonAsync: run };
  };
  const options = { scope, here: HERE, folder: HERE, tell: (message) => said.push(message), now: () => (clock += 100) };
  const python = await told(load, options).catch((error) => error);
  return { said, python, stages: [...new Set(said.map(({ stage }) => stage))] };
}

test("two sites of one origin have two channels", () => {
  assert.equal(channelName("https://a.example/v1/lite/"), "spec14-start:/v1/lite/");
});

test("a count knows what belongs to a start, and never more than all of it", () => {
  const count = new Count();
  count.add(at("a.whl"), 150_000);
  assert.deepEqual([count.loaded, count.total], [0, 0]);
  count.learn(KINDS);
  assert.deepEqual([count.loaded, count.total], [0, 0], "nobody knows yet which start it is");
  count.expect("ordinary");
  count.add(at("a.whl?again"), 150_000);
  count.add(at("elsewhere.json"), 5);
  assert.deepEqual([count.loaded, count.total], [200_000, 800_000]);
});

test("each kind of start has files of its own, and what has come is not forgotten in between", () => {
  const count = new Count();
  count.learn(KINDS);
  count.add(at("python.wasm"), 600_000);
  count.add(at("a.whl"), 1);
  count.expect("snapshot");
  count.add(at("heap.snapshot"), 500_000);
  assert.deepEqual([count.loaded, count.total], [1_000_000, 1_000_000]);
  count.expect("ordinary");
  assert.deepEqual([count.loaded, count.total], [600_001, 800_000]);
  count.expect("a kind that the site does not name");
  assert.deepEqual([count.loaded, count.total], [0, 0]);
});

test("bytes are told as they come, and the answers arrive whole", async () => {
  const { said, python, stages } = await start(server(BYTES), Object.keys(BYTES));
  assert.deepEqual(python.sizes, Object.values(BYTES));
  assert.deepEqual(stages, ["loading", "starting"]);
  const told = said.filter(({ stage }) => stage === "loading");
  assert.deepEqual(told.at(-1), { stage: "loading", loaded: 800_000, total: 800_000 });
  assert.ok(told.every(({ loaded }, n) => n === 0 || loaded >= told[n - 1].loaded));
});

test("afterwards the worker has its own fetch again", async () => {
  const scope = server(BYTES);
  const { fetch } = scope;
  await start(scope, ["a.whl"]);
  assert.equal(scope.fetch, fetch);
});

test("what is fetched in the dark is told of in words of its own, and its failure is nobody's", async () => {
  const scope = server(BYTES);
  const first = async ({ fetch, onBytes, expect }) => {
    assert.notEqual(scope.fetch, fetch);
    assert.equal((await fetch(at("nothing"))).status, 404);
    await (await fetch(at("python.wasm"))).arrayBuffer();
    expect("snapshot");
    onBytes("heap.snapshot", 300_000);
  };
  const { said } = await start(scope, [], { first });
  assert.deepEqual(
    said.filter(({ stage }) => stage === "failed"),
    [],
  );
  const told = said.filter(({ stage }) => stage === "loading");
  assert.deepEqual(told.at(-1), { stage: "loading", loaded: 300_000, total: 1_000_000 });
});

test("a part of a shared site is known by its name alone", async () => {
  const first = async ({ onBytes, expect }) => {
    expect("snapshot");
    onBytes("../../../spec14-shared/snapshot-0/heap.snapshot", 400_000);
  };
  const { said } = await start(server(BYTES), ["python.wasm"], { first });
  const told = said.filter(({ stage }) => stage === "loading");
  assert.deepEqual(told.at(-1), { stage: "loading", loaded: 1_000_000, total: 1_000_000 });
});

test("a file that is not there is named", async () => {
  const { said } = await start(server({}), ["a.whl"]);
  assert.match(said.find(({ stage }) => stage === "failed").reason, /^a\.whl could not be loaded: .*404/);
});

test("a network that is not there is named, and the error goes on", async () => {
  const scope = { fetch: async () => Promise.reject(new TypeError("Failed to fetch")) };
  const { said, python } = await start(scope, ["python.wasm"]);
  assert.match(said.at(1).reason, /^python\.wasm could not be loaded: Failed to fetch$/);
  assert.equal(python.message, "Failed to fetch");
});

test("ready when the kernel's own module is there, and only then", async () => {
  const ran = [];
  const run = async (code) => ran.push(code);
  const { said, python } = await start(server(BYTES), ["a.whl"], { run });
  await python.runPythonAsync("import piplite.piplite");
  assert.equal(said.at(-1).stage, "starting");
  await python.runPythonAsync("import pyodide_kernel");
  assert.equal(said.at(-1).stage, "ready");
  assert.equal(python.runPythonAsync, run);
  assert.equal(ran.length, 2);
});

test("a kernel that does not start says why", async () => {
  const run = () => Promise.reject(new Error("ModuleNotFoundError: comm"));
  const { said, python } = await start(server(BYTES), ["a.whl"], { run });
  await assert.rejects(python.runPythonAsync("import pyodide_kernel"), /comm/);
  assert.deepEqual(said.at(-1), { stage: "failed", reason: "ModuleNotFoundError: comm", final: true });
});
