import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import vm from "node:vm";

const STATIC = new URL("../../toolkit/lite/labextension/static/", import.meta.url);
const SCRIPT = readFileSync(new URL("early.js", STATIC), "utf8");
const PAGE = "https://docs.example/v1/lite/notebooks/index.html?path=a.ipynb";
const LITE = "https://docs.example/v1/lite/";
const KERNEL = "extensions/@jupyterlite/kernel/static";
const WORKERS = {
  plain: [`${KERNEL}/comlink.worker.1.js`, `${KERNEL}/spec14-comlink.mjs`],
  isolated: [`${KERNEL}/coincident.worker.2.js`, `${KERNEL}/spec14-coincident.mjs`],
};
const KERNEL_SETTINGS = {
  pyodideUrl: "./static/pyodide/spec14-start.mjs",
  pipliteUrls: ["./pypi/all.json"],
  loadPyodideOptions: {
    packages: ["ipython"],
    lockFileURL: "./static/pyodide/pyodide-lock.json",
    spec14DataURL: "./static/data/manifest.json",
    env: { A: "1" },
  },
};
const CONFIG = {
  "jupyter-config-data": {
    litePluginSettings: { "@jupyterlite/pyodide-kernel-extension:kernel": KERNEL_SETTINGS },
  },
};

/** A page that opens a notebook, after its first script has run. */
async function page(given = {}) {
  const { url = PAGE, config = CONFIG, isolated = false, frame = null, worker = true, elsewhere } = given;
  const made = [];
  const warned = [];
  const asked = [];
  class PageWorker {
    heard = [];

    constructor(...words) {
      this.words = words;
      made.push(this);
    }

    addEventListener(kind, listener) {
      if (kind === "message") this.heard.push(listener);
    }

    says(data) {
      for (const listener of this.heard) listener({ data });
    }
  }
  const window = {
    location: new URL(url),
    crossOriginIsolated: isolated,
    frameElement: frame,
    Worker: worker ? PageWorker : undefined,
  };
  const dataset = { root: "../", workers: JSON.stringify(WORKERS) };
  if (elsewhere) dataset.elsewhere = JSON.stringify(elsewhere);
  vm.runInNewContext(SCRIPT, {
    document: { currentScript: { dataset } },
    window,
    URL,
    console: { warn: (words) => warned.push(words) },
    fetch: async (address) => {
      asked.push(String(address));
      return config === null ? new Response("", { status: 404 }) : Response.json(config);
    },
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  return { window, made, warned, asked, PageWorker };
}

/** What a worker is told in its address. */
const told = (worker) => JSON.parse(decodeURIComponent(new URL(worker.words[0]).hash.slice(1)));

test("the kernel's worker starts with the page, from beside the kernel's own", async () => {
  const { made, asked } = await page();
  assert.deepEqual(asked, [`${LITE}jupyter-lite.json`]);
  assert.equal(made.length, 1);
  const [url, options] = made[0].words;
  assert.equal(String(url).split("#")[0], `${LITE}${WORKERS.plain[1]}`);
  assert.deepEqual({ ...options }, { type: "module", name: "" });
});

test("with isolation headers it is the other one", async () => {
  const { made } = await page({ isolated: true });
  assert.equal(String(made[0].words[0]).split("#")[0], `${LITE}${WORKERS.isolated[1]}`);
});

test("it is told what the kernel will ask for", async () => {
  const { made } = await page();
  assert.deepEqual(told(made[0]), {
    start: `${LITE}static/pyodide/spec14-start.mjs`,
    options: {
      indexURL: `${LITE}static/pyodide/`,
      packages: ["ipython"],
      lockFileURL: `${LITE}static/pyodide/pyodide-lock.json`,
      spec14DataURL: `${LITE}static/data/manifest.json`,
      env: { A: "1" },
    },
  });
});

test("a runtime that is shared by versions is found where it is", async () => {
  const settings = { ...KERNEL_SETTINGS, pyodideUrl: "./../../spec14-shared/runtime-0/spec14-start.mjs" };
  const config = structuredClone(CONFIG);
  config["jupyter-config-data"].litePluginSettings["@jupyterlite/pyodide-kernel-extension:kernel"] = settings;
  const { made } = await page({ config });
  const { start, options } = told(made[0]);
  assert.equal(start, "https://docs.example/spec14-shared/runtime-0/spec14-start.mjs");
  assert.equal(options.indexURL, "https://docs.example/spec14-shared/runtime-0/");
});

test("it has the name of its frame, by which the page tells workers apart", async () => {
  const { made } = await page({ frame: { dataset: { spec14: "frame-3" } } });
  assert.equal(made[0].words[1].name, "frame-3");
  const other = await page({ frame: { dataset: {} } });
  assert.equal(other.made[0].words[1].name, "");
});

test("who asks for the kernel's worker gets the one that was started, once", async () => {
  const { window, made, PageWorker } = await page();
  const url = new URL(WORKERS.plain[0], LITE);
  assert.equal(new window.Worker(url, { type: "module" }), made[0]);
  const second = new window.Worker(url, { type: "module" });
  assert.notEqual(second, made[0]);
  assert.ok(second instanceof PageWorker);
  assert.deepEqual(second.words, [url, { type: "module" }]);
});

test("who asks for another worker gets that one, and the kernel's stays for who asks for it", async () => {
  const { window, made } = await page();
  for (const url of [`${LITE}${WORKERS.isolated[0]}`, `${LITE}${WORKERS.plain[1]}`, "blob:other"]) {
    const other = new window.Worker(url);
    assert.notEqual(other, made[0]);
    assert.deepEqual(other.words, [url, undefined]);
  }
  assert.equal(new window.Worker(`${LITE}${WORKERS.plain[0]}`), made[0]);
});

test("classes of others still extend the one that is there", async () => {
  const { window, made } = await page();
  class Watched extends window.Worker {
    constructor(...words) {
      super(...words);
      this.watched = true;
    }
  }
  const worker = new Watched(`${LITE}${WORKERS.plain[0]}`);
  assert.equal(worker, made[0]);
  assert.equal(worker.watched, true);
  assert.ok(new Watched("other.js").watched);
});

test("what it says of its start before anybody listens is kept, and nothing else", async () => {
  const { made } = await page();
  const [worker] = made;
  const [start, buffer] = [{ spec14Start: { stage: "loading" } }, { spec14InterruptBuffer: 1 }];
  for (const data of [start, { id: 1, type: "RAW" }, undefined, buffer]) worker.says(data);
  assert.deepEqual([...worker.spec14Heard], [start, buffer]);
  worker.spec14Heard = undefined;
  worker.says(start);
  assert.equal(worker.spec14Heard, undefined);
});

test("a page that was opened from a disk, and a browser without workers, start nothing", async () => {
  for (const { window, made, asked, PageWorker, one } of [
    { ...(await page({ url: "file:///home/a/lite/notebooks/index.html" })), one: "file" },
    { ...(await page({ worker: false })), one: "browser" },
  ]) {
    assert.deepEqual([made, asked], [[], []]);
    assert.equal(window.Worker, one === "file" ? PageWorker : undefined);
  }
});

const ELSEWHERE = { kernels: ["xlua", "xpython"], notebooks: ["lua.ipynb", "guide/a b.ipynb"] };

test("a page for another kernel of the site starts nothing, and its workers are the browser's", async () => {
  for (const query of [
    "path=lua.ipynb",
    "path=/lua.ipynb",
    "path=guide%2Fa+b.ipynb",
    "path=guide/a%20b.ipynb&theme=dark",
    "kernel=xlua&code=1",
  ]) {
    const url = `${LITE}notebooks/index.html?${query}`;
    const { window, made, asked, PageWorker } = await page({ url, elsewhere: ELSEWHERE });
    assert.deepEqual([query, made, asked], [query, [], []]);
    assert.equal(window.Worker, PageWorker);
  }
});

test("any other page of such a site starts its kernel", async () => {
  for (const query of ["path=a.ipynb", "path=other/lua.ipynb", "kernel=python", "kernel=xl", ""]) {
    const { made } = await page({ url: `${LITE}notebooks/index.html?${query}`, elsewhere: ELSEWHERE });
    assert.equal(made.length, 1, query);
  }
});

test("a configuration that cannot be had, or names no runtime, is a word in the console", async () => {
  for (const config of [null, {}, { "jupyter-config-data": {} }]) {
    const { window, made, warned, PageWorker } = await page({ config });
    assert.deepEqual(made, []);
    assert.equal(warned.length, 1);
    assert.match(warned[0], /The kernel is not started early/);
    // JupyterLite gets its worker.
    assert.ok(new window.Worker(`${LITE}${WORKERS.plain[0]}`) instanceof PageWorker);
    assert.equal(made.length, 1);
  }
});
