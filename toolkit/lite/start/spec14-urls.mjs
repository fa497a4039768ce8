// What the browser is asked for by Python: some URLs are answered from elsewhere, and where it
// refuses, the error says what a reader can understand.
//
// Every library that reads a URL in WebAssembly ends at one of two functions of the browser,
// `XMLHttpRequest` (urllib through spec14_data.py, pyodide-http, pyodide.http) or `fetch`
// (urllib3 2.x with promise integration, and so requests and pooch; pyodide.http.pyfetch).

/** Gives a URL as maps have it: normalised, without its fragment; "" for what is none. */
export function normal(url, base) {
  const parsed = URL.parse(url, base);
  if (parsed === null) return "";
  parsed.hash = "";
  return parsed.href;
}

/** Gives the map of a manifest (toolkit/data/ship.py) that lies at `place`. */
export function mapOf(manifest, place) {
  const shipped = Object.entries(manifest.files).map(([url, { path }]) => [
    normal(url),
    new URL(path, place).href,
  ]);
  const elsewhere = Object.entries(manifest.elsewhere).map(([url, address]) => [
    normal(url),
    address,
  ]);
  return new Map([...shipped, ...elsewhere]);
}

/** What is said when the browser refuses a URL: it does not tell why. */
export function refusal(url) {
  return (
    `${url} cannot be read by a browser: its host does not allow it (no CORS headers), or cannot ` +
    "be reached. It is not among the data of this documentation; its authors can add it."
  );
}

/** An error as the browser's own is called; a DOMException would reach Python with a preface. */
export const networkError = (words) => Object.assign(new Error(words), { name: "NetworkError" });

function explained(scope, error, url) {
  const known = ["NetworkError", "TypeError"].includes(error?.name);
  if (!known || !url || new URL(url).origin === scope.location.origin) return error;
  return networkError(refusal(url));
}

/**
 * Puts functions of the same names in the place of a worker's `fetch` and `XMLHttpRequest`.
 *
 * `read` gives the map; it is called when a URL of another host is first asked for.
 */
export function answer(scope, read) {
  const { XMLHttpRequest, fetch, location } = scope;
  let map;
  const absolute = (url) => normal(url, location.href);
  const find = (url) => {
    if (!/^https?:/.test(url) || new URL(url).origin === location.origin) return undefined;
    map ??= read();
    return map.get(url);
  };

  scope.fetch = async (input, init) => {
    const url = absolute(input?.url ?? input);
    const place = find(url);
    try {
      if (place === undefined) return await fetch(input, init);
      return await fetch(input instanceof scope.Request ? new scope.Request(place, input) : place, init);
    } catch (error) {
      throw explained(scope, error, url);
    }
  };

  scope.XMLHttpRequest = class extends XMLHttpRequest {
    #url = "";

    open(method, url, ...rest) {
      this.#url = absolute(url);
      super.open(method, find(this.#url) ?? url, ...rest);
    }

    send(body) {
      try {
        super.send(body);
      } catch (error) {
        throw explained(scope, error, this.#url);
      }
    }
  };
}
