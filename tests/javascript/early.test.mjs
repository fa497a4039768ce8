import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { begin, take } from "../../toolkit/lite/start/spec14-early.mjs";

const OPTIONS = { indexURL: "https://docs.example/lite/", packages: ["a", "b"], env: { A: "1" } };

/** What the kernel asks for, with functions of its own. */
const asked = (more = {}) => {
  const said = [];
  const output = (name) => (text) => said.push([name, text]);
  return { said, options: { ...OPTIONS, stdout: output("stdout"), stderr: output("stderr"), ...more } };
};

/** A start that ends when it is told to. */
function starting() {
  const seen = {};
  const { promise, resolve, reject } = Promise.withResolvers();
  const load = (options) => {
    seen.options = options;
    return promise;
  };
  return { seen, load, resolve, reject };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

beforeEach(() => {
  // What a test before has begun is taken by nobody.
  take({});
});

test("who asks for the same gets the start that was begun, once", async () => {
  const { load, resolve } = starting();
  begin(OPTIONS, load);
  const { options } = asked();
  const found = take(options);
  resolve("python");
  assert.equal(await found, "python");
  assert.equal(take(options), undefined);
});

test("options are the same in whatever order they stand", async () => {
  const { load, resolve } = starting();
  begin(OPTIONS, load);
  resolve("python");
  const { env, packages, indexURL } = OPTIONS;
  assert.equal(await take({ env, stdout: () => {}, packages, indexURL }), "python");
});

test("who asks for something else does not get it", () => {
  const others = [
    { packages: ["b", "a"] },
    { packages: ["a"] },
    { env: { A: "2" } },
    { indexURL: undefined },
    { lockFileURL: "https://docs.example/other.json" },
  ];
  for (const more of others) {
    const { load } = starting();
    begin(OPTIONS, load);
    assert.equal(take(asked(more).options), undefined);
  }
});

test("where nothing was begun there is nothing to take", () => {
  assert.equal(take(OPTIONS), undefined);
});

test("what is said before anybody listens is heard when somebody does, in its order", async () => {
  const { load, seen, resolve } = starting();
  begin(OPTIONS, load);
  seen.options.stdout("one");
  seen.options.stderr("two");
  seen.options.stdout("three");
  const { options, said } = asked();
  take(options);
  assert.deepEqual(said, [
    ["stdout", "one"],
    ["stderr", "two"],
    ["stdout", "three"],
  ]);
  seen.options.stderr("four");
  resolve("python");
  assert.deepEqual(said.at(-1), ["stderr", "four"]);
  assert.equal(said.length, 4);
});

test("a kernel that does not listen hears nothing, and that is no error", () => {
  const { load, seen } = starting();
  begin(OPTIONS, load);
  seen.options.stdout("one");
  assert.ok(take(OPTIONS));
  seen.options.stdout("two");
});

test("the start is told of the options, and of outputs that are not the kernel's", () => {
  const { load, seen } = starting();
  begin(OPTIONS, load);
  const { stdout, stderr, ...rest } = seen.options;
  assert.deepEqual(rest, OPTIONS);
  assert.deepEqual([typeof stdout, typeof stderr], ["function", "function"]);
  assert.equal("stdout" in OPTIONS, false);
});

test("while nobody has asked there is time for more", async () => {
  const { load, resolve } = starting();
  const idle = [];
  begin(OPTIONS, load, (py) => idle.push(py));
  resolve("python");
  await soon();
  assert.deepEqual(idle, ["python"]);
  assert.equal(await take(asked().options), "python");
});

test("once somebody has asked there is none, be it for something else", async () => {
  for (const more of [{}, { packages: [] }]) {
    const { load, resolve } = starting();
    const idle = [];
    begin(OPTIONS, load, (py) => idle.push(py));
    take(asked(more).options);
    resolve("python");
    await soon();
    assert.deepEqual(idle, []);
  }
});

test("a start that fails is an error of who takes it, and of nobody else", async () => {
  const { load, reject } = starting();
  const idle = [];
  begin(OPTIONS, load, (py) => idle.push(py));
  reject(new Error("no memory"));
  await soon();
  assert.deepEqual(idle, []);
  await assert.rejects(take(asked().options), /no memory/);
});
