import assert from "node:assert/strict";
import { test } from "node:test";

import { REPLACED, splashes, splashOf } from "../../toolkit/lite/labextension/static/splash.mjs";

/** A body that knows its children, and an application that is not there yet. */
function page() {
  const children = new Set();
  const createElement = () => ({ style: {}, remove() { children.delete(this); } });
  const body = { ownerDocument: { createElement }, append: (child) => children.add(child) };
  const { promise, resolve } = Promise.withResolvers();
  return { children, splash: splashOf(promise, body), restored: resolve };
}

test("the cover stays until the application is there", async () => {
  const { children, splash, restored } = page();
  const going = splash.show().dispose();
  assert.equal(children.size, 1);
  restored();
  await going;
  assert.equal(children.size, 0);
});

test("a second theme takes away what the first has left", async () => {
  const { children, splash, restored } = page();
  const [first, second] = [splash.show(true), splash.show(false)];
  const going = first.dispose();
  restored();
  await going;
  assert.equal(children.size, 1, "the second is still loaded");
  assert.equal([...children][0].style.backgroundColor, "#111111");
  await Promise.all([second.dispose(), second.dispose(), first.dispose()]);
  assert.equal(children.size, 0);
  assert.ok(first.isDisposed);
});

test("a theme that is chosen later is covered as well", async () => {
  const { children, splash, restored } = page();
  restored();
  await splash.show().dispose();
  const next = splash.show();
  assert.equal(children.size, 1);
  await next.dispose();
  assert.equal(children.size, 0);
});

test("it stands in for Notebook's, and for no other", () => {
  const config = (...off) => ({ Extension: { isDisabled: (id) => off.includes(id) } });
  assert.deepEqual(splashes({ ISplashScreen: "token" }, config()), []);
  const [plugin, ...more] = splashes({ ISplashScreen: "token" }, config(REPLACED));
  assert.deepEqual(more, []);
  assert.equal(plugin.provides, "token");
});
