// What a browser keeps of memory snapshots: inflated parts, by their SHA-256, for every site of one
// origin. A browser that keeps nothing, or has no room, fetches them each time from its HTTP cache.

/** All of it, for one origin; another shape of what is kept has another name. */
const NAME = "spec14-snapshots-1";

/** Of how many snapshots parts are kept: those of the versions that were read last. */
const KEPT = 2;

/** Of the room that the browser says is left, the share that may be taken. */
const SHARE = 0.5;

/** How long the browser may take to look for what it keeps, in milliseconds; some never answer. */
const PATIENCE = 2000;

/** Give what a promise gives, if that comes in time. */
const inTime = (promise) =>
  new Promise((resolve, reject) => {
    const late = () => reject(new Error("the browser's store does not answer"));
    const timer = setTimeout(late, PATIENCE);
    promise.finally(() => clearTimeout(timer)).then(resolve, reject);
  });

const keyOf = (sha256) => `/spec14-snapshots/${sha256}`;
const INDEX = "/spec14-snapshots/index.json";

/** A store that keeps nothing. */
export const NOTHING = {
  find: async () => undefined,
  has: async () => false,
  drop: async () => {},
  keep: async () => {},
};

/** Give the store of this origin; one that keeps nothing where there is none. */
export async function open(scope) {
  let cache;
  try {
    cache = await inTime(scope.caches.open(NAME));
  } catch {
    // Private windows and pages that are not secure have none, and storage may be refused.
    return NOTHING;
  }
  return new Store(cache, scope);
}

class Store {
  #cache;
  #scope;

  constructor(cache, scope) {
    this.#cache = cache;
    this.#scope = scope;
  }

  /** The answer with a part that is kept. */
  async find({ sha256 }) {
    return this.#match(keyOf(sha256));
  }

  async has({ sha256 }) {
    return (await this.#match(keyOf(sha256))) !== undefined;
  }

  async #match(key) {
    try {
      return await inTime(this.#cache.match(key));
    } catch {
      return undefined;
    }
  }

  async drop({ sha256 }) {
    await this.#cache.delete(keyOf(sha256)).catch(() => false);
  }

  /**
   * Keep the parts of a snapshot, called by the `sha256` of its heap; parts of those that were read
   * longest ago go. `parts` are `[entry, bytes]`.
   */
  async keep(name, parts) {
    const index = await this.#index();
    const others = index.filter((one) => one.name !== name).slice(0, KEPT - 1);
    const now = [{ name, parts: parts.map(([{ sha256 }]) => sha256) }, ...others];
    const wanted = new Set(now.flatMap((one) => one.parts));
    for (const request of await this.#cache.keys()) {
      const sha256 = new URL(request.url).pathname.split("/").at(-1);
      if (!wanted.has(sha256) && !request.url.endsWith(INDEX)) await this.#cache.delete(request);
    }
    const missing = [];
    for (const [entry, bytes] of parts) if (!(await this.has(entry))) missing.push([entry, bytes]);
    const size = missing.reduce((sum, [, bytes]) => sum + bytes.length, 0);
    if (size > 0 && !(await this.#hasRoom(size))) return;
    for (const [{ sha256 }, bytes] of missing) await this.#cache.put(keyOf(sha256), new Response(bytes));
    await this.#cache.put(INDEX, Response.json(now));
  }

  async #index() {
    try {
      const index = await (await this.#cache.match(INDEX)).json();
      return Array.isArray(index) ? index.filter((one) => Array.isArray(one?.parts)) : [];
    } catch {
      return [];
    }
  }

  async #hasRoom(size) {
    try {
      const { quota, usage } = await this.#scope.navigator.storage.estimate();
      return size <= (quota - usage) * SHARE;
    } catch {
      return true; // the browser does not tell, and refuses if it has none
    }
  }
}
