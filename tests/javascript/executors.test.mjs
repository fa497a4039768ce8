import assert from "node:assert/strict";
import { test } from "node:test";

import { hear, isStarting, patient } from "../../toolkit/lite/labextension/static/executors.mjs";

const soon = () => new Promise((resolve) => setTimeout(resolve, 150));

function cell(name, type = "code") {
  const prompts = [];
  return { name, model: { type }, prompts, setPrompt: (text) => prompts.push(text) };
}

/** A session that has not begun, and a runner of cells that writes down what it ran. */
function starting() {
  const context = { isDisposed: false, isReady: false, session: null };
  const ran = [];
  const told = [];
  const run = patient(
    async (options) => ran.push(options.cell.name),
    (reason) => told.push(reason),
  );
  return { context, ran, told, run: (one) => run({ cell: one, sessionContext: context }) };
}

test("cells wait for the kernel in their order, and say so", async () => {
  const { context, ran, run } = starting();
  const cells = ["a", "b", "c"].map((name) => cell(name));
  const all = cells.map(run);
  await soon();
  assert.deepEqual(ran, []);
  assert.deepEqual(cells.map(({ prompts }) => prompts), [["*"], ["*"], ["*"]]);
  context.session = { kernel: { status: "starting" } };
  await soon();
  assert.deepEqual(ran, []);
  context.session.kernel.status = "idle";
  await Promise.all(all);
  assert.deepEqual(ran, ["a", "b", "c"]);
});

test("text does not wait, and nothing does once the kernel is there", async () => {
  const { context, ran, run } = starting();
  const text = cell("text", "markdown");
  await run(text);
  context.session = { kernel: { status: "busy" } };
  const code = cell("code");
  await run(code);
  assert.deepEqual(ran, ["text", "code"]);
  assert.deepEqual([text.prompts, code.prompts], [[], []]);
});

test("a second start is waited for like the first", async () => {
  const { context, ran, run } = starting();
  context.session = { kernel: { status: "idle" } };
  await run(cell("before"));
  context.session.kernel.status = "starting";
  const after = run(cell("after"));
  await soon();
  assert.deepEqual(ran, ["before"]);
  context.session.kernel.status = "idle";
  await after;
  assert.deepEqual(ran, ["before", "after"]);
});

test("a cell that is gone when the kernel comes is not run", async () => {
  const { context, ran, run } = starting();
  const [gone, there] = [cell("gone"), cell("there")];
  const all = [gone, there].map(run);
  gone.isDisposed = true;
  context.session = { kernel: { status: "idle" } };
  assert.equal((await Promise.all(all))[0], false);
  assert.deepEqual(ran, ["there"]);
});

test("where no kernel comes, upstream says so", () => {
  assert.equal(isStarting({ isReady: true, session: null }), false);
  assert.equal(isStarting({ isReady: false, isDisposed: true, session: null }), false);
});

test("where Python cannot start, no cell waits, and it is told once", async () => {
  const { context, ran, told, run } = starting();
  const cells = [cell("a"), cell("b")];
  const all = cells.map(run);
  hear({ stage: "failed", reason: "one.whl could not be loaded" });
  await soon();
  assert.deepEqual(told, []);
  hear({ stage: "failed", reason: "no module", final: true });
  hear({ stage: "loading", loaded: 1, total: 2 });
  assert.deepEqual(await Promise.all(all), [false, false]);
  assert.deepEqual(cells.map(({ prompts }) => prompts), [["*", ""], ["*", ""]]);
  assert.deepEqual(told, ["one.whl could not be loaded"]);
  assert.deepEqual(ran, []);
  // Another try, of the same page: a worker has begun.
  hear({ stage: "begun" });
  const again = run(cell("c"));
  context.session = { kernel: { status: "idle" } };
  await again;
  assert.deepEqual(ran, ["c"]);
});
