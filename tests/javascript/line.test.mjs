import assert from "node:assert/strict";
import { test } from "node:test";

import { known, LOOK, Meter, SILENCE, sparing } from "../../toolkit/lite/start/spec14-line.mjs";

const MB = 1e6;

/** A meter and its clock, which is looked at every few moments while bytes come. */
function measured() {
  let now = 0;
  let come = 0;
  const meter = new Meter(() => now);
  return {
    meter,
    /**
     * Let `seconds` pass in which `rate` bytes come each second; give what was first said of `size`
     * bytes, of which an ordinary start would fetch `instead`.
     */
    run(seconds, rate, size, { look = LOOK, instead = 0 } = {}) {
      const end = now + seconds * 1000;
      while (now < end) {
        now += look;
        come += (rate * look) / 1000;
        const says = meter.pays(come, size - instead - come);
        if (says !== undefined) return { says, at: now };
      }
      return { says: undefined, at: now };
    },
    wait(milliseconds) {
      now += milliseconds;
    },
  };
}

test("what a browser knows of its line", () => {
  assert.equal(known({}), "");
  assert.equal(known({ connection: { effectiveType: "4g", saveData: false } }), "");
  assert.equal(known({ connection: { effectiveType: "unknown" } }), "");
  for (const effectiveType of ["slow-2g", "2g", "3g"]) {
    assert.match(known({ connection: { effectiveType } }), new RegExp(`slow \\(${effectiveType}\\)`));
  }
  assert.match(known({ connection: { effectiveType: "4g", saveData: true } }), /saves data/);
});

test("who saves data", () => {
  assert.equal(sparing({}), false);
  assert.equal(sparing({ connection: { effectiveType: "2g" } }), false);
  assert.equal(sparing({ connection: { saveData: true } }), true);
});

test("a fast line pays, and that is known soon", () => {
  const { says, at } = measured().run(5, 10 * MB, 13 * MB);
  assert.equal(says, true);
  assert.ok(at < 400, `${at}`);
});

test("a slow line does not, and that is known before much has come", () => {
  const { says, at } = measured().run(20, MB, 13 * MB);
  assert.equal(says, false);
  assert.ok(at < 1000, `${at}`);
});

test("what an ordinary start would fetch as well is no reason against it", () => {
  // As slow as above, and as much in all.
  const { says, at } = measured().run(20, MB, 13 * MB, { instead: 10 * MB });
  assert.equal(says, true);
  assert.ok(at < 1000, `${at}`);
  assert.equal(measured().run(20, MB, 13 * MB, { instead: 5 * MB }).says, false);
});

test("where an ordinary start would fetch more, any line pays that brings anything", () => {
  assert.equal(measured().run(20, 100_000, 13 * MB, { instead: 14 * MB }).says, true);
  assert.equal(measured().run(20, 0, 13 * MB, { instead: 14 * MB }).says, false);
});

test("a line that brings next to nothing is a slow one", () => {
  const { says, at } = measured().run(20, 10_000, 13 * MB);
  assert.equal(says, false);
  assert.ok(at > 3500 && at < 5000, `${at}`);
});

test("what has nearly come is waited for, on a slow line as well", () => {
  assert.equal(measured().run(20, MB, 2 * MB).says, true);
});

test("a line from which nothing comes is a slow one", () => {
  const { says, at } = measured().run(5, 0, 13 * MB);
  assert.equal(says, false);
  assert.ok(at > SILENCE && at < 2 * SILENCE, `${at}`);
});

test("so is one that falls silent, however fast it was", () => {
  const { run, wait, meter } = measured();
  assert.equal(run(0.5, 10 * MB, 13 * MB).says, true);
  const said = [];
  for (let passed = 0; passed <= SILENCE + LOOK; passed += LOOK) {
    wait(LOOK);
    said.push(meter.pays(12 * MB, MB));
  }
  assert.deepEqual([said[0], said.at(-1)], [true, false]);
  wait(LOOK);
  assert.equal(meter.pays(12.5 * MB, MB), true, "it speaks again");
});

test("nobody can tell at once", () => {
  const { meter, wait } = measured();
  assert.equal(meter.pays(0, 13 * MB), undefined);
  wait(LOOK);
  assert.equal(meter.pays(100 * 1024, 13 * MB), undefined, "few bytes");
  const sudden = measured();
  sudden.wait(LOOK);
  assert.equal(sudden.meter.pays(5 * MB, 8 * MB), undefined, "many, and no time to speak of");
});

test("a worker that was busy has not measured the line", () => {
  // Compiling takes the worker two seconds, in which all of 3 MB have come; then it looks again.
  const { meter, wait } = measured();
  wait(LOOK);
  assert.equal(meter.pays(64 * 1024, 13 * MB), undefined);
  wait(2000);
  const says = meter.pays(3 * MB, 10 * MB);
  assert.notEqual(says, false);
  wait(LOOK);
  assert.equal(meter.pays(3.5 * MB, 9.5 * MB), true);
});

test("nor is that a silence", () => {
  const { meter, wait } = measured();
  wait(20 * SILENCE);
  assert.equal(meter.pays(0, 13 * MB), undefined);
});
