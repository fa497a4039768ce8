import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { prepare } from "../../toolkit/verify/node/data.mjs";

const file = path.join(mkdtempSync(path.join(tmpdir(), "data-")), "a");
writeFileSync(file, Uint8Array.of(1, 0xff, 3));
const URL_OF_IT = "https://data.example/a b";
prepare({ files: { [URL_OF_IT]: file } });
const { XMLHttpRequest } = globalThis;

function ask(url, method = "GET", type = "arraybuffer") {
  const xhr = new XMLHttpRequest();
  xhr.open(method, url, false);
  xhr.responseType = type;
  xhr.setRequestHeader("Accept", "*/*");
  xhr.send();
  return xhr;
}

test("a declared URL gives the bytes of its file", async () => {
  const xhr = ask("https://data.example/a%20b#part");
  assert.deepEqual([...new Uint8Array(xhr.response)], [1, 0xff, 3]);
  assert.deepEqual([xhr.status, xhr.getResponseHeader("Content-Length")], [200, "3"]);
  assert.match(xhr.getAllResponseHeaders(), /^content-length: 3\r\n/);
  const reply = await fetch(URL_OF_IT);
  assert.deepEqual([...new Uint8Array(await reply.arrayBuffer())], [1, 0xff, 3]);
  assert.equal(reply.headers.get("content-length"), "3");
});

test("HEAD gives no bytes and their number", async () => {
  const xhr = ask(URL_OF_IT, "HEAD");
  assert.deepEqual([xhr.response.byteLength, xhr.getResponseHeader("content-length")], [0, "3"]);
  const reply = await fetch(URL_OF_IT, { method: "HEAD" });
  assert.deepEqual([reply.body, reply.headers.get("content-length")], [null, "3"]);
});

test("any other is refused by name, and noted", async () => {
  const url = "http://other.example/b";
  const expected = { name: "NetworkError", message: `${url} is not declared in [tool.spec14.data]` };
  assert.throws(() => ask(url), expected);
  await assert.rejects(() => fetch(new Request(url)), expected);
  assert.throws(() => ask(URL_OF_IT, "POST"), { name: "NetworkError" });
  assert.ok(globalThis.spec14Refused.includes(url));
});

test("what is no URL of HTTP is Node's business", async () => {
  assert.equal(await (await fetch("data:text/plain,a")).text(), "a");
});
