import assert from "node:assert/strict";
import { test } from "node:test";

import { begin, heard, looked, over, shown, SILENCE } from "../../toolkit/docs/reader/progress.mjs";

const HERE = { bytes: 0, reachable: true };
const view = (start, now = 0, online = true) => shown(start, { now, online });
const loading = (loaded, total) => heard(begin(0), { stage: "loading", loaded, total }, 0);

test("the interface is counted before the worker speaks", () => {
  const start = looked(begin(0), { ...HERE, bytes: 3_140_000 }, 5);
  assert.deepEqual(view(start), {
    line: "Loading the notebook",
    amount: "3.1 MB",
    share: null,
    why: "",
    way: "",
    help: false,
  });
});

test("a fault in the way of a start is told, and no other reason", () => {
  const way = { stage: "way", snapshot: false };
  const slow = heard(loading(1, 2), { ...way, reason: "the line is slow", fault: false }, 1);
  assert.equal(view(slow).way, "");
  const fault = heard(loading(1, 2), { ...way, reason: "a is not the file that was built", fault: true }, 5);
  assert.deepEqual([fault.stage, fault.heard], ["loading", 5]);
  const ready = heard(fault, { stage: "ready" }, 6);
  assert.equal(view(ready).way, "Python was started the long way: a is not the file that was built");
  assert.deepEqual([view(ready).why, view(ready).help], ["", false]);
  const again = heard(ready, { stage: "way", snapshot: true, reason: "", fault: false }, 7);
  assert.equal(view(again).way, "");
});

test("a start that failed stays so, whichever way it was", () => {
  const failed = heard(loading(1, 2), { stage: "failed", reason: "a.whl" }, 1);
  const way = heard(failed, { stage: "way", snapshot: false, reason: "b", fault: true }, 2);
  assert.deepEqual([view(way).line, view(way).why], ["Python could not be started here", "a.whl"]);
});

test("bytes of how many, and their share", () => {
  const { line, amount, share } = view(loading(7_200_000, 28_800_000));
  assert.equal(`${line} ${amount}`, "Loading Python and its packages 7.2 of 28.8 MB");
  assert.equal(share, 0.25);
});

test("without a known total there is no share", () => {
  assert.deepEqual([view(loading(1e6, 0)).amount, view(loading(1e6, 0)).share], ["1.0 MB", null]);
});

test("a look into the frame does not count once the worker has spoken", () => {
  assert.equal(looked(loading(1, 2), { ...HERE, bytes: 9 }, 1).loaded, 1);
});

test("after the bytes Python starts, then it is ready, and that is all", () => {
  const starting = heard(loading(2, 2), { stage: "starting" }, 1);
  assert.deepEqual([view(starting).line, view(starting).amount], ["Starting Python", ""]);
  const ready = heard(starting, { stage: "ready" }, 2);
  assert.ok(over(ready));
  assert.equal(view(ready, 10 * SILENCE).help, false);
});

test("a silence is not left uncommented, and a sign ends it", () => {
  const start = loading(1, 2);
  assert.equal(view(start, SILENCE).help, false);
  const late = view(start, SILENCE + 1);
  assert.match(late.why, /longer than usual/);
  assert.ok(late.help);
  const again = heard(start, { stage: "loading", loaded: 2, total: 2 }, SILENCE);
  assert.equal(view(again, SILENCE + 1).why, "");
});

test("the silence of one who is offline has that reason", () => {
  assert.match(view(loading(1, 2), SILENCE + 1, false).why, /You are offline/);
});

test("the first failure is the one that is told", () => {
  const failed = heard(loading(1, 2), { stage: "failed", reason: "a.whl" }, 1);
  const later = heard(heard(failed, { stage: "loading", loaded: 2 }, 2), { stage: "failed", reason: "b" }, 3);
  assert.equal(later, failed);
  assert.deepEqual([view(later).why, view(later).help], ["a.whl", true]);
});

test("Python that is ready without a file says which", () => {
  const failed = heard(loading(1, 2), { stage: "failed", reason: "a.whl" }, 1);
  const ready = view(heard(failed, { stage: "ready" }, 2));
  assert.deepEqual([ready.line, ready.why], ["Python is ready", "a.whl"]);
});

test("a frame without a page of ours is a failure", () => {
  const failed = looked(begin(0), { bytes: 0, reachable: false }, 1);
  assert.match(view(failed).why, /page could not be loaded/);
  assert.match(view(failed, 0, false).why, /You are offline/);
});

test("what is not understood changes nothing", () => {
  const start = begin(0);
  assert.equal(heard(start, { stage: "dancing" }, 9), start);
});
