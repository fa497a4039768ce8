import assert from "node:assert/strict";
import { test } from "node:test";

import { answerTo, isThrifty, opens } from "../../toolkit/docs/reader/intent.mjs";

const known = { thrifty: false, opened: true };
const stranger = { thrifty: false, opened: false };
const thrifty = { thrifty: true, opened: true };

test("what a button's click would open", () => {
  assert.deepEqual(opens("window.tryExamplesShowIframe('a','b','c','lite/x.html?path=y.ipynb','None')"), [
    "a", "b", "c", "lite/x.html?path=y.ipynb", "None",
  ]);
  assert.equal(opens("window.tryExamplesHideIframe('a','b')"), null);
  assert.equal(opens("window.open('lite/x.html')"), null);
  assert.equal(opens(null), null);
});

test("a pressed button will be clicked, whoever presses it", () => {
  for (const reader of [known, stranger, thrifty]) {
    assert.equal(answerTo({ type: "pointerdown", pointerType: "mouse", button: 0 }, reader), "frame");
    assert.equal(answerTo({ type: "pointerdown", pointerType: "mouse", button: 2 }, reader), null);
  }
});

test("a finger may be about to scroll", () => {
  assert.equal(answerTo({ type: "pointerdown", pointerType: "touch", button: 0 }, known), "scripts");
});

test("a notebook is begun under a pointer for those who have its files", () => {
  const event = { type: "pointermove", pointerType: "mouse", button: -1 };
  assert.equal(answerTo(event, known), "frame");
  assert.equal(answerTo(event, stranger), "scripts");
  assert.equal(answerTo(event, thrifty), null);
});

test("the keyboard passes many buttons", () => {
  assert.equal(answerTo({ type: "focus" }, known), "scripts");
  assert.equal(answerTo({ type: "focus" }, thrifty), null);
});

test("who saves data, or has a slow line", () => {
  assert.equal(isThrifty(undefined), false);
  assert.equal(isThrifty({ effectiveType: "4g", saveData: false }), false);
  assert.equal(isThrifty({ effectiveType: "4g", saveData: true }), true);
  for (const effectiveType of ["slow-2g", "2g", "3g"]) {
    assert.equal(isThrifty({ effectiveType }), true);
  }
});
