// What the kernel's worker tells the page beside it while Python starts: bytes loaded of how many,
// then that Python starts, then that it is ready. The page listens in toolkit/docs/reader.

import { ahead } from "./spec14-ahead.mjs";

/** Names and sizes of what each kind of start fetches, written beside the lock when the site is built. */
export const FILES = "spec14-files.json";

/** How often the page hears of bytes, in milliseconds. */
const PAUSE = 100;

/** The last Python that pyodide-kernel 0.8.6 runs before a kernel is ready (`initKernel`). */
const LAST = "import pyodide_kernel";

/** Name of the channel of one Lite site; two sites of one origin differ in their path. */
export const channelName = (lite) => `spec14-start:${new URL(lite).pathname}`;

/** The bytes of a start: what has come of the files whose sizes are known. */
export class Count {
  #come = new Map();
  #kinds = {};
  #kind;

  /** The sizes in bytes, by kind of start and file name; they come beside the files themselves. */
  learn(kinds) {
    this.#kinds = kinds;
  }

  /** Expect the files of a kind of start; before that nobody knows of how many bytes. */
  expect(kind) {
    this.#kind = kind;
  }

  get #sizes() {
    return this.#kinds[this.#kind] ?? {};
  }

  add(url, bytes) {
    const name = nameOf(url);
    this.#come.set(name, (this.#come.get(name) ?? 0) + bytes);
  }

  get loaded() {
    const known = Object.entries(this.#sizes);
    return sum(known.map(([name, size]) => Math.min(this.#come.get(name) ?? 0, size)));
  }

  get total() {
    return sum(Object.values(this.#sizes));
  }
}

const nameOf = (url) => new URL(url).pathname.split("/").at(-1);

const sum = (numbers) => numbers.reduce((whole, number) => whole + number, 0);

/**
 * Give a `fetch` that counts what comes. The answer itself goes on untouched, and a copy is read:
 * the browser keeps compiled WebAssembly with the answer it came in.
 */
export function counting(fetch, { onBytes, onFailure }) {
  return async (resource, options) => {
    const url = String(resource?.url ?? resource);
    let answer;
    try {
      answer = await fetch(resource, options);
    } catch (error) {
      onFailure(url, error.message);
      throw error;
    }
    if (!answer.ok) {
      onFailure(url, `the server answers ${answer.status}`);
    } else if (answer.body) {
      read(answer.clone().body, (bytes) => onBytes(answer.url || url, bytes));
    }
    return answer;
  };
}

async function read(body, onBytes) {
  const reader = body.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      onBytes(piece.value.byteLength);
    }
  } catch {
    // Whoever reads the answer itself fails too, and says why.
  }
}

/**
 * Start the runtime of `folder` with `load` and tell of it. `load` is given what it needs to fetch without being
 * counted, and to be counted itself: `{fetch, onBytes, expect}`.
 *
 * `tell` gets `{stage, …}`: `loading` with `loaded` and `total` in bytes (a total of 0 is not known
 * yet), `starting`, `ready`, and `failed` with a `reason`: a file could not be had, or, where it is
 * `final`, Python will not come.
 */
export async function told(load, { scope, here, folder, tell, now = () => performance.now() }) {
  const { fetch } = scope;
  const count = new Count();
  let last;
  const report = () => {
    last = now();
    tell({ stage: "loading", loaded: count.loaded, total: count.total });
  };
  report();
  learnSizes(fetch.bind(scope), here, count);
  const onBytes = (url, bytes) => {
    count.add(url, bytes);
    if (now() - last >= PAUSE) {
      report();
    }
  };
  scope.fetch = counting(ahead(fetch.bind(scope), folder), {
    onBytes,
    onFailure: (url, why) => {
      const name = nameOf(url);
      // Without a package Python starts; without a part of its own it waits for it for ever.
      const final = !name.endsWith(".whl");
      tell({ stage: "failed", reason: `${name} could not be loaded: ${why}`, final });
    },
  });
  try {
    const python = await load({
      fetch: fetch.bind(scope),
      onBytes: (name, bytes) => onBytes(new URL(name, here), bytes),
      expect: (kind) => count.expect(kind),
    });
    report();
    tell({ stage: "starting" });
    whenLastRan(python, tell);
    return python;
  } catch (error) {
    tell({ stage: "failed", reason: reasonOf(error), final: true });
    throw error;
  } finally {
    scope.fetch = fetch;
  }
}

async function learnSizes(fetch, here, count) {
  try {
    const answer = await fetch(new URL(FILES, here));
    count.learn(answer.ok ? await answer.json() : {});
  } catch {
    // Without sizes the page says what is being loaded, and not how much.
  }
}

/** What an error says; one of Python's may have but a type (inside/spec14_visit.py). */
const reasonOf = (error) => String(error?.message || error?.type || error);

/** Tell when the kernel is ready; the function looked at is put back then. */
function whenLastRan(python, tell) {
  const run = python.runPythonAsync;
  python.runPythonAsync = async (code, ...rest) => {
    if (!code.includes(LAST)) {
      return await run(code, ...rest);
    }
    python.runPythonAsync = run;
    try {
      const result = await run(code, ...rest);
      tell({ stage: "ready" });
      return result;
    } catch (error) {
      tell({ stage: "failed", reason: reasonOf(error), final: true });
      throw error;
    }
  };
}
