import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

import { mountHost } from "../../toolkit/runtime/launcher/mount.mjs";

function shown(needed) {
  const folders = new Map();
  const links = new Map();
  mountHost(
    {
      filesystems: { NODEFS: "host" },
      mkdirTree() {},
      mount: (kind, { root }, place) => folders.set(place, [kind, root]),
      analyzePath: () => ({ exists: false }),
      symlink: (target, place) => links.set(place, target),
    },
    needed,
  );
  return { folders, links };
}

test("the host's folders, but not those of the interpreter", () => {
  const { folders, links } = shown([]);
  assert.deepEqual(folders.get("/usr"), ["host", "/usr"]);
  for (const own of ["/dev", "/lib", "/proc", "/sys", "/tmp"]) {
    assert.ok(!folders.has(own) && !links.has(own), own);
  }
  const names = readdirSync("/").map((name) => `/${name}`);
  assert.deepEqual([...folders.keys(), ...links.keys()].filter((name) => !names.includes(name)), []);
});

test("of /tmp the folder that is needed, once", (context) => {
  const folder = mkdtempSync(path.join(tmpdir(), "mount-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const top = path.join("/tmp", folder.split("/")[2]);
  const { folders } = shown([folder, `${folder}/deep/file`, "/tmp/no-such-folder/x", "word"]);
  assert.deepEqual(
    [...folders.keys()].filter((place) => place.startsWith("/tmp")),
    [top],
  );
});
