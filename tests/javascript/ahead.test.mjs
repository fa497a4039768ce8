import assert from "node:assert/strict";
import { test } from "node:test";

import { ahead } from "../../toolkit/lite/start/spec14-ahead.mjs";
import { told } from "../../toolkit/lite/start/spec14-progress.mjs";

const FOLDER = "https://docs.example/shared/pyodide/";
const SCRIPT = `${FOLDER}spec14-start.mjs`;
const WASM = `${FOLDER}pyodide.asm.wasm`;
const STDLIB = `${FOLDER}python_stdlib.zip`;

/** A network that numbers its answers, and what it was asked. */
function network({ fails = () => false } = {}) {
  const asked = [];
  const fetch = async (resource, options) => {
    const url = String(resource?.url ?? resource);
    const nth = asked.push({ url, options });
    if (fails(url, nth)) throw new TypeError(`${nth} failed`);
    return new Response(`${nth}`);
  };
  return { fetch, asked, urls: () => asked.map(({ url }) => url) };
}

const text = async (answer) => (await answer).text();

test("the runtime's first files are fetched before anybody asks, and its folder says which", () => {
  for (const folder of [FOLDER, SCRIPT]) {
    const { fetch, urls } = network();
    ahead(fetch, folder);
    assert.deepEqual(urls(), [WASM, STDLIB]);
  }
});

test("who asks for one gets the answer that was begun, however the name is given", async () => {
  for (const named of [(url) => url, (url) => new URL(url), (url) => new Request(url)]) {
    const { fetch, asked } = network();
    const early = ahead(fetch, FOLDER);
    assert.equal(await text(early(named(STDLIB))), "2");
    assert.equal(await text(early(named(WASM), { credentials: "same-origin" })), "1");
    assert.equal(asked.length, 2);
  }
});

test("whoever asks for one gets all of it, and it comes once", async () => {
  const { fetch, urls } = network();
  const early = ahead(fetch, FOLDER);
  const [one, other] = await Promise.all([early(WASM), early(WASM)]);
  assert.deepEqual([await one.text(), await other.text()], ["1", "1"]);
  assert.equal(await text(early(WASM)), "1");
  assert.deepEqual(urls(), [WASM, STDLIB]);
});

test("all else goes on as it was asked", async () => {
  const { fetch, asked } = network();
  const early = ahead(fetch, FOLDER);
  const options = { cache: "no-store" };
  const others = [`${FOLDER}pyodide-lock.json`, `${WASM}?other`, "https://docs.example/pyodide.asm.wasm"];
  for (const url of others) await early(url, options);
  assert.deepEqual(
    asked.slice(2),
    others.map((url) => ({ url, options })),
  );
});

test("a failed answer is heard by its asker only", async () => {
  const unheard = [];
  const hear = (reason) => unheard.push(reason);
  process.on("unhandledRejection", hear);
  try {
    const { fetch, urls } = network({ fails: (_, nth) => nth <= 2 });
    const early = ahead(fetch, FOLDER);
    // Nobody asks for some time, and for the other one never.
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(await text(early(`${FOLDER}pyodide-lock.json`)), "3");
    await assert.rejects(early(WASM), /^TypeError: 1 failed$/);
    assert.equal(await text(early(WASM)), "4");
    assert.deepEqual(urls(), [WASM, STDLIB, `${FOLDER}pyodide-lock.json`, WASM]);
    await new Promise((resolve) => setTimeout(resolve, 20));
  } finally {
    process.off("unhandledRejection", hear);
  }
  assert.deepEqual(unheard, []);
});

/** What is told of a start that asks for `urls` of a runtime in `FOLDER`. */
async function start({ fetch }, urls) {
  const scope = { fetch };
  const said = [];
  const load = async ({ expect }) => {
    expect("ordinary");
    for (const url of urls) await (await scope.fetch(url)).arrayBuffer();
    await new Promise((resolve) => setTimeout(resolve, 20));
    return {};
  };
  const options = { scope, here: "https://docs.example/v1/lite/pyodide-lock.json", folder: SCRIPT };
  const done = told(load, { ...options, tell: (message) => said.push(message) });
  const error = await done.then(
    () => undefined,
    (reason) => reason,
  );
  return { said, error };
}

test("a start's first files come ahead from the runtime's folder, and are fetched once", async () => {
  const world = network();
  const { error } = await start(world, [WASM, STDLIB]);
  assert.equal(error, undefined);
  assert.deepEqual(world.urls().sort(), [WASM, STDLIB, "https://docs.example/v1/lite/spec14-files.json"].sort());
});

test("bytes that came ahead are counted when they are asked for", async () => {
  const sizes = { ordinary: { "pyodide.asm.wasm": 1000, "python_stdlib.zip": 500 } };
  const bodies = { [WASM]: new Uint8Array(1000), [STDLIB]: new Uint8Array(500) };
  const fetch = async (url) => new Response(bodies[url] ?? JSON.stringify(sizes));
  const last = ({ said }) => said.findLast(({ stage }) => stage === "loading");
  assert.deepEqual(last(await start({ fetch }, [WASM, STDLIB])), { stage: "loading", loaded: 1500, total: 1500 });
  assert.deepEqual(last(await start({ fetch }, [STDLIB])), { stage: "loading", loaded: 500, total: 1500 });
});

test("the page hears of a file that failed ahead once it is asked for", async () => {
  const fails = (url) => url === STDLIB;
  const failed = ({ said }) => said.filter(({ stage }) => stage === "failed");
  const unasked = await start(network({ fails }), [WASM]);
  assert.deepEqual([unasked.error, failed(unasked)], [undefined, []]);
  const { said, error } = await start(network({ fails }), [WASM, STDLIB]);
  assert.match(error.message, /failed/);
  assert.match(failed({ said })[0].reason, /^python_stdlib\.zip could not be loaded: \d failed$/);
});
