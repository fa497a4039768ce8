// Makes a memory snapshot: `snapshot.mjs SETTINGS`, JSON made by ../snapshot.py.
import { writeFileSync } from "node:fs";
import process from "node:process";

import { held, register } from "./channel.mjs";
import { load } from "./start.mjs";
import { taken } from "../heap/spec14-heap.mjs";

const wanted = JSON.parse(process.argv[2]);

async function main() {
  const py = await load(wanted, { _makeSnapshot: true });
  for (const folder of Object.keys(wanted.shown)) py._api.sys.path.append(folder);
  register(py);
  py.pyimport("spec14_restored").prepare(wanted.imports);
  writeFileSync(wanted.file, taken(py, held));
  process.exit(0);
}

main().catch((error) => {
  process.stderr.write(`${String(error?.stack ?? error).slice(-3000)}\n`);
  process.exit(1);
});
