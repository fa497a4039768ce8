// The Cache API in memory, as far as a worker uses it, and with the faults that browsers have.
const HERE = "https://docs.example/";

const absolute = (request) => new URL(request?.url ?? request, HERE).href;

class MemoryCache {
  entries = new Map();
  full = false;

  async match(request) {
    const bytes = this.entries.get(absolute(request));
    return bytes && new Response(bytes);
  }

  async put(request, response) {
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (this.full) throw new DOMException("no room", "QuotaExceededError");
    this.entries.set(absolute(request), bytes);
  }

  async delete(request) {
    return this.entries.delete(absolute(request));
  }

  async keys() {
    return [...this.entries.keys()].map((url) => new Request(url));
  }
}

/** All caches of one origin. */
export class MemoryCaches {
  byName = new Map();

  async open(name) {
    if (!this.byName.has(name)) this.byName.set(name, new MemoryCache());
    return this.byName.get(name);
  }

  /** The one that there is. */
  get only() {
    const [cache, ...others] = this.byName.values();
    if (others.length > 0) throw new Error("there are several");
    return cache;
  }

  /** SHA-256 of the parts that are kept, by the beginnings that tests give them. */
  get kept() {
    const names = [...this.only.entries.keys()].map((url) => url.split("/").at(-1));
    return names.filter((name) => name !== "index.json").sort();
  }
}
