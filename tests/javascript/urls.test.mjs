import assert from "node:assert/strict";
import { test } from "node:test";

import { answer, mapOf, normal, refusal } from "../../toolkit/lite/start/spec14-urls.mjs";

const SITE = "https://docs.example/v1/lite/";
const PLACE = `${SITE}static/data/manifest.json`;
const MANIFEST = {
  files: { "https://Data.example:443/a%20b.csv": { path: "0123.bin" } },
  elsewhere: { "https://data.example/large": "https://network.example/large" },
};

// A worker's global object, whose two functions tell what they are asked for.
function worker(fail = false) {
  const asked = [];
  const scope = {
    location: new URL(`${SITE}worker.js`),
    Request,
    asked,
    reads: 0,
    async fetch(input) {
      asked.push(input.url ?? input);
      if (fail) throw new TypeError("Failed to fetch");
      return "answer";
    },
    XMLHttpRequest: class {
      open(_method, url) {
        asked.push(url);
      }

      send() {
        if (fail) throw new DOMException("Failed to load", "NetworkError");
      }
    },
  };
  answer(scope, () => {
    scope.reads += 1;
    return mapOf(MANIFEST, PLACE);
  });
  return scope;
}

function request(scope, url) {
  const xhr = new scope.XMLHttpRequest();
  xhr.open("GET", url, false);
  xhr.send();
}

test("URLs are compared as the browser writes them", () => {
  assert.equal(normal("HTTPS://Data.example:443/a b.csv#part"), "https://data.example/a%20b.csv");
  assert.equal(normal("no url"), "");
});

test("declared URLs are answered from the site, or from where they are kept", async () => {
  const scope = worker();
  await scope.fetch("https://data.example/a b.csv#part");
  await scope.fetch(new URL("https://data.example/large"));
  await scope.fetch(new Request("https://data.example/large"));
  request(scope, "https://data.example/a%20b.csv");
  assert.deepEqual(scope.asked, [
    `${SITE}static/data/0123.bin`,
    "https://network.example/large",
    "https://network.example/large",
    `${SITE}static/data/0123.bin`,
  ]);
});

test("the map is read once, and only for URLs of other hosts", async () => {
  const scope = worker();
  await scope.fetch(`${SITE}pyodide-lock.json`);
  await scope.fetch("data:text/plain,a");
  request(scope, "api/drive");
  assert.equal(scope.reads, 0);
  await scope.fetch("https://other.example/");
  request(scope, "https://other.example/");
  assert.equal(scope.reads, 1);
  assert.equal(scope.asked.at(-1), "https://other.example/");
});

test("what the browser refuses is said in plain words", async () => {
  const scope = worker(true);
  const url = "https://other.example/a";
  const expected = { name: "NetworkError", message: refusal(url) };
  await assert.rejects(() => scope.fetch(url), expected);
  assert.throws(() => request(scope, url), expected);
  assert.match(refusal(url), /^https:\/\/other\.example\/a cannot be read by a browser/);
});

test("an error at the site itself stays what it is", async () => {
  const scope = worker(true);
  await assert.rejects(() => scope.fetch(`${SITE}a`), TypeError);
  assert.throws(() => request(scope, `${SITE}a`), DOMException);
});
