// Which way a kernel starts: from the site's memory snapshot where there is one, this browser can
// use it and it pays on this line; in the ordinary way else, and whenever anything is wrong with it.
// The reason is told, so that it can be counted.
import { known, LOOK, Meter, sparing } from "./spec14-line.mjs";
import { bytesOf, obstacle, sha256 } from "./spec14-parts.mjs";
import { restored } from "./spec14-restore.mjs";
import { open } from "./spec14-store.mjs";

/** Beside the lock of the site (toolkit/lite/snapshot/manifest.py). */
const MANIFEST = "spec14-snapshot.json";
const SCHEMA = 1;

/** How long a kernel has the line and the processor for itself once it has started. */
const AFTER = 4000;

/** Why the ordinary start is taken where nothing is at fault. */
class Unwanted extends Error {}

/** Among the options of loadPyodide, which passes over it: whatever the line, the snapshot is taken. */
const ANY_LINE = "spec14AnyLine";

/** How long manifest and lock may take to begin to come, in milliseconds. */
const PATIENCE = 5000;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const partsOf = ({ heap, files }) => [heap, ...files];

/** Fetch what is small; where it does not begin to come, the line is slow, or someone holds it up. */
async function soon(fetch, url) {
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(new Unwanted("the line is slow")), PATIENCE);
  try {
    return await fetch(url, { signal: ended.signal });
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a manifest has what is read of it; what belongs together is seen later. */
const isWhole = ({ heap, files, start, wheels, packages }) =>
  [heap?.runs, files, packages].every(Array.isArray) && typeof start === "string" && Boolean(wheels);

/** Give the manifest of a site that has a snapshot. */
async function manifestOf({ base, fetch }) {
  const answer = await soon(fetch, new URL(MANIFEST, base));
  if (answer.status === 404) throw new Unwanted("the site has no memory snapshot");
  if (!answer.ok) throw new Error(`${MANIFEST}: the server answers ${answer.status}`);
  const manifest = await answer.json();
  if (manifest?.schema !== SCHEMA) throw new Error(`${MANIFEST} is of another kind`);
  // It was not the same as an ordinary start when the site was built.
  if (manifest.reason) throw new Unwanted(manifest.reason);
  if (!isWhole(manifest)) throw new Error(`${MANIFEST} is not whole`);
  return manifest;
}

/** Give the text of the lock, if snapshot, runtime, lock and wheels belong together. */
async function fitting(manifest, options, { version, fetch, scope }) {
  if (manifest.pyodide !== version) throw new Error(`the snapshot is of Pyodide ${manifest.pyodide}`);
  const answer = await soon(fetch, options.lockFileURL);
  if (!answer.ok) throw new Error(`the lock: the server answers ${answer.status}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if ((await sha256(bytes, scope)) !== manifest.lock) throw new Error("the snapshot is of another lock");
  const text = new TextDecoder().decode(bytes);
  const { packages } = JSON.parse(text);
  for (const [name, digest] of Object.entries(manifest.wheels)) {
    if (packages[name]?.sha256 !== digest) throw new Error(`the snapshot is of another wheel of ${name}`);
  }
  return text;
}

/** Get all parts of a snapshot: promises, and whether anything had to be fetched. */
function got(manifest, place) {
  const parts = { fetched: false };
  const part = async (entry) => {
    const { bytes, stored } = await bytesOf(entry, place);
    parts.fetched ||= !stored;
    return bytes;
  };
  parts.heap = part(manifest.heap);
  parts.files = Promise.all(manifest.files.map(part));
  for (const promise of [parts.heap, parts.files]) promise.catch(() => {});
  return parts;
}

/** End what is being fetched as soon as it turns out that the line is too slow for it. */
async function watch(meter, { size, ended, signal }) {
  let come = 0;
  const add = meter.add.bind(meter);
  meter.add = (bytes) => {
    come += bytes;
    add(bytes);
  };
  while (!signal.aborted) {
    if (meter.pays(size - come) === false) ended.abort(new Unwanted("the line is slow"));
    await pause(LOOK);
  }
}

/** Keep what has been fetched. */
async function keep(manifest, parts, store) {
  const bytes = [await parts.heap, ...(await parts.files)];
  await pause(AFTER);
  await store.keep(manifest.heap.sha256, partsOf(manifest).map((entry, at) => [entry, bytes[at]]));
}

/** Fetch a snapshot, after an ordinary start, for the reader's next visit. */
async function fetchForNextTime(manifest, { store, ...place }) {
  await pause(AFTER);
  const parts = got(manifest, { ...place, store, onBytes: () => {} });
  await keep(manifest, parts, store);
}

/** Start from the snapshot; `visit` takes up what is known of it, for what comes after the start. */
async function attempt(options, { load, onBytes, expect, ...place }, visit) {
  const { scope } = place;
  const reason = obstacle(scope);
  if (reason) throw new Unwanted(reason);
  const [manifest, store] = await Promise.all([manifestOf(place), open(scope)]);
  Object.assign(visit, { manifest, store });
  const stored = await store.has(manifest.heap);
  const slow = stored || options[ANY_LINE] ? "" : known(scope.navigator);
  if (slow) throw new Unwanted(slow);
  expect("snapshot");
  const ended = new AbortController();
  const over = new AbortController();
  const meter = new Meter();
  const parts = got(manifest, {
    ...place,
    store,
    signal: ended.signal,
    onBytes(name, bytes) {
      meter.add(bytes);
      onBytes(name, bytes);
    },
  });
  if (!stored && !options[ANY_LINE]) {
    const size = partsOf(manifest).reduce((sum, { packed }) => sum + packed, 0);
    watch(meter, { size, ended, signal: over.signal });
  }
  try {
    Promise.all([parts.heap, parts.files]).finally(() => over.abort()).catch(() => {});
    const lock = await fitting(manifest, options, place);
    const py = await restored(load, options, { manifest, parts, lock, scope });
    if (parts.fetched) keep(manifest, parts, store).catch(() => {});
    return py;
  } catch (error) {
    ended.abort(error);
    throw error;
  } finally {
    over.abort();
  }
}

/**
 * Start a kernel.
 *
 * `load` and `version` are Pyodide's own, `options` what the kernel gives to `load`; `base` is where
 * the site's lock lies, `fetch` the browser's. `onBytes(name, bytes)` is called for what comes,
 * `expect(kind)` with the kind of start whose files are to be expected, and `tell` is told at the end
 * which it was: `{snapshot, reason, fault}`.
 */
export async function start(options, { tell, ...place }) {
  const visit = {};
  try {
    const py = await attempt(options, place, visit);
    tell({ snapshot: true, reason: "", fault: false });
    return py;
  } catch (error) {
    // Of an error in Python's code the last line says what it is.
    const reason = String(error?.message || error?.type || error).trim().split("\n").at(-1).slice(-300);
    tell({ snapshot: false, reason, fault: !(error instanceof Unwanted) });
  }
  place.expect("ordinary");
  const py = await place.load(options);
  if (visit.store && !sparing(place.scope.navigator)) {
    fetchForNextTime(visit.manifest, { ...place, store: visit.store }).catch(() => {});
  }
  return py;
}
