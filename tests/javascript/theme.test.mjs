import assert from "node:assert/strict";
import { test } from "node:test";

import { followPage, isDarkColour } from "../../toolkit/lite/labextension/static/theme.mjs";

test("a colour is dark, light or none", () => {
  assert.equal(isDarkColour("rgb(20, 24, 29)"), true);
  assert.equal(isDarkColour("rgba(255, 255, 255, 0.9)"), false);
  assert.equal(isDarkColour("rgb(250 250 250 / 1)"), false);
  for (const none of ["rgba(0, 0, 0, 0)", "transparent", "", "oklch(0.2 0 0)"]) {
    assert.equal(isDarkColour(none), undefined);
  }
});

/** A page with a frame in it, and the frame's own scope. */
function framed({ body = "rgba(0, 0, 0, 0)", root = "rgba(0, 0, 0, 0)", colorScheme = "normal", prefers = false } = {}) {
  const page = { body: { backgroundColor: body }, documentElement: { backgroundColor: root, colorScheme } };
  const heard = { pagehide: [] };
  const preference = {
    matches: prefers,
    addEventListener: (_kind, listener) => (heard.preference = listener),
    removeEventListener: () => (heard.preference = undefined),
  };
  page.defaultView = {
    getComputedStyle: (element) => element,
    matchMedia: () => preference,
    MutationObserver: class {
      constructor(listener) {
        heard.mutation = listener;
      }

      observe() {}

      disconnect() {
        heard.mutation = undefined;
      }
    },
  };
  const scope = {
    frameElement: { ownerDocument: page },
    setTimeout: (work) => work(),
    addEventListener: (kind, listener) => heard[kind].push(listener),
  };
  const done = [];
  const app = { restored: Promise.resolve(), commands: { execute: (id, { theme }) => done.push([id, theme]) } };
  return { app, done, heard, page, preference, scope };
}

const LIGHT = ["apputils:change-theme", "JupyterLab Light"];
const DARK = ["apputils:change-theme", "JupyterLab Dark"];

test("the page's background decides, and its changes are followed", async () => {
  const { app, done, heard, page, scope } = framed({ body: "rgb(18, 18, 18)" });
  await followPage(app, scope);
  heard.mutation();
  assert.deepEqual(done, [DARK], "what is shown is not shown again");
  page.body.backgroundColor = "rgb(255, 255, 255)";
  heard.mutation();
  assert.deepEqual(done, [DARK, LIGHT]);
  heard.pagehide.forEach((listener) => listener());
  assert.equal(heard.mutation ?? heard.preference, undefined, "a frame that is gone listens no more");
});

test("where the body has none, the root's counts, then the browser's", async () => {
  const cases = [
    [{ root: "rgb(0, 0, 0)" }, DARK],
    [{}, LIGHT],
    [{ prefers: true }, LIGHT],
    [{ colorScheme: "dark" }, DARK],
    [{ colorScheme: "light dark", prefers: true }, DARK],
    [{ colorScheme: "light dark" }, LIGHT],
  ];
  for (const [given, expected] of cases) {
    const { app, done, scope } = framed(given);
    await followPage(app, scope);
    assert.deepEqual(done, [expected]);
  }
});

test("a tab of its own and a page of another origin are left alone", async () => {
  const { app, done } = framed();
  await followPage(app, { frameElement: null });
  assert.deepEqual(done, []);
});
