// The two functions of a browser that read URLs, for an interpreter in Node: declared URLs are
// answered with the very files that the site ships, all others are refused.
//
// Python sees what it sees in the reader's browser (../../lite/start/spec14-urls.mjs), so the
// same libraries take the same way.
import { readFileSync } from "node:fs";

import { networkError, normal } from "../../lite/start/spec14-urls.mjs";

const TYPE = "application/octet-stream";

// The words and the list that toolkit/lite/inside/spec14_data.py looks for: some libraries say
// only that there is no such file.
const refused = [];
function refuse(url) {
  refused.push(url);
  return networkError(`${normal(url)} is not declared in [tool.spec14.data]`);
}

/** `files` are paths on the host, by URL. */
export function prepare({ files }) {
  const map = new Map(Object.entries(files).map(([url, path]) => [normal(url), path]));
  const { fetch } = globalThis;
  const bytesOf = (url, method) => {
    const path = map.get(normal(url));
    if (path === undefined || !["GET", "HEAD"].includes(method)) throw refuse(url);
    return readFileSync(path);
  };

  globalThis.fetch = async (input, init) => {
    const url = String(input?.url ?? input);
    if (!/^https?:/i.test(url)) return await fetch(input, init);
    const method = String(init?.method ?? input?.method ?? "GET").toUpperCase();
    const bytes = bytesOf(url, method);
    return new Response(method === "HEAD" ? null : bytes, {
      headers: { "content-length": String(bytes.length), "content-type": TYPE },
    });
  };

  globalThis.XMLHttpRequest = class {
    status = 0;
    statusText = "";
    responseType = "";
    timeout = 0;
    response = null;
    #asked;
    #headers = {};

    open(method, url) {
      this.#asked = { method: method.toUpperCase(), url };
    }

    setRequestHeader() {}

    overrideMimeType() {}

    send() {
      const { method, url } = this.#asked;
      const bytes = bytesOf(url, method);
      this.#headers = { "content-length": String(bytes.length), "content-type": TYPE };
      [this.status, this.statusText] = [200, "OK"];
      const body = method === "HEAD" ? bytes.subarray(0, 0) : bytes;
      this.response = this.responseType === "arraybuffer" ? new Uint8Array(body).buffer : String(body);
    }

    get responseText() {
      return this.response;
    }

    getResponseHeader(name) {
      return this.#headers[name.toLowerCase()] ?? null;
    }

    getAllResponseHeaders() {
      const lines = Object.entries(this.#headers).map(([name, value]) => `${name}: ${value}\r\n`);
      return lines.join("");
    }
  };
  globalThis.spec14Refused = refused;
  // pyodide-http and urllib3 ask for it.
  globalThis.crossOriginIsolated ??= false;
}
