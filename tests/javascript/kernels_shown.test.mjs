import assert from "node:assert/strict";
import { test } from "node:test";

import { shown } from "../../toolkit/browser/kernels/shown.mjs";

const OK = { status: "ok" };
const stream = (text, name = "stdout") => ({ type: "stream", content: { name, text } });
const display = (text, id) => ({ type: "display_data", content: { text, id } });
const clear = (wait) => ({ type: "clear_output", content: { wait } });

test("streams and values, each in their order", () => {
  const value = { type: "execute_result", content: { text: "3" } };
  const said = [stream("a"), display("1"), stream("oh", "stderr"), stream("b\n"), display(null), value];
  assert.deepEqual(shown(said, OK), { printed: "ab\n", warned: "oh", values: ["1", "3"], failure: null });
});

test("a display that is updated", () => {
  const update = (id) => ({ type: "update_display_data", content: { text: "2", id } });
  assert.deepEqual(shown([display("1", "a"), display("1"), update("a"), update(undefined)], OK).values, ["2", "1"]);
});

test("an output that is cleared, at once or with the next one", () => {
  assert.equal(shown([stream("a"), clear(false)], OK).printed, "");
  assert.equal(shown([stream("a"), clear(true)], OK).printed, "a");
  assert.equal(shown([stream("a"), display("1"), clear(true), stream("b")], OK).printed, "b");
  assert.deepEqual(shown([display("1"), clear(true), display("2")], OK).values, ["2"]);
});

test("an error, told in the reply or before it", () => {
  const raised = { ename: "KeyError", evalue: "x", traceback: ["line"] };
  const failure = { name: "KeyError", value: "x", traceback: ["line"] };
  assert.deepEqual(shown([stream("a")], { status: "error", ...raised }).failure, failure);
  const both = shown([{ type: "error", content: raised }], { status: "error" });
  assert.deepEqual(both.failure, failure);
  assert.deepEqual(shown([], { status: "aborted" }).failure, { name: "Error", value: "", traceback: [] });
});
