import assert from "node:assert/strict";
import { test } from "node:test";

import { wayOf } from "../../toolkit/browser/visit/ways.mjs";

const way = (frame, snapshot, reason = "", fault = false) => ({ stage: "way", frame, snapshot, reason, fault });

test("the last start of the frame counts", () => {
  const heard = [way("a", false, "slow"), way("a", true), way("b", false, "404", true)];
  assert.deepEqual(wayOf(heard, "a"), { way: "snapshot", reason: "", fault: false });
  assert.deepEqual(wayOf(heard, "b"), { way: "ordinary", reason: "404", fault: true });
});

test("a worker without the frame's name is the last one", () => {
  assert.equal(wayOf([way("a", true), way("", false)], "c").way, "ordinary");
});

test("a site that tells nothing", () => assert.deepEqual(wayOf([], ""), {}));
