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

/**
 * How long a kernel has the processor for itself once it has started, before what it was made of is
 * kept, in milliseconds: the first cell runs then, and few readers are gone already.
 */
const AFTER = 1500;

/** And how long it has the line for itself, before something is fetched for the next time. */
const LINE_AFTER = 4000;

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
async function manifestOf({ base, fetch, onBytes }) {
  const answer = await soon(fetch, new URL(MANIFEST, base));
  if (answer.status === 404) throw new Unwanted("the site has no memory snapshot");
  if (!answer.ok) throw new Error(`${MANIFEST}: the server answers ${answer.status}`);
  const text = await answer.text();
  onBytes(MANIFEST, text.length);
  const manifest = JSON.parse(text);
  if (manifest?.schema !== SCHEMA) throw new Error(`${MANIFEST} is of another kind`);
  // It was not the same as an ordinary start when the site was built.
  if (manifest.reason) throw new Unwanted(manifest.reason);
  if (!isWhole(manifest)) throw new Error(`${MANIFEST} is not whole`);
  return manifest;
}

/** Give the text of the lock, if snapshot, runtime, lock and wheels belong together. */
async function fitting(manifest, options, { version, fetch, scope, onBytes }) {
  if (manifest.pyodide !== version) throw new Error(`the snapshot is of Pyodide ${manifest.pyodide}`);
  const answer = await soon(fetch, options.lockFileURL);
  if (!answer.ok) throw new Error(`the lock: the server answers ${answer.status}`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  onBytes(options.lockFileURL, bytes.length);
  if ((await sha256(bytes, scope)) !== manifest.lock) throw new Error("the snapshot is of another lock");
  const text = new TextDecoder().decode(bytes);
  const { packages } = JSON.parse(text);
  for (const [name, digest] of Object.entries(manifest.wheels)) {
    if (packages[name]?.sha256 !== digest) throw new Error(`the snapshot is of another wheel of ${name}`);
  }
  return text;
}

/** Get all parts of a snapshot: promises. */
function got(manifest, place) {
  const part = (entry) => bytesOf(entry, place);
  const parts = { heap: part(manifest.heap), files: Promise.all(manifest.files.map(part)) };
  for (const promise of [parts.heap, parts.files]) promise.catch(() => {});
  return parts;
}

/** End what is being fetched as soon as it turns out that the line is too slow for it. */
async function watch({ look, ended, signal }) {
  const meter = new Meter();
  // What has come has still to be inflated, which the line has no part in.
  for (let seen = look(); !signal.aborted && seen.come < seen.size; seen = look()) {
    if (meter.pays(seen.come, seen.size - seen.instead - seen.come) === false) ended.abort(new Unwanted("the line is slow"));
    await pause(LOOK);
  }
}

/** Keep what has been fetched, and that it was read. */
async function keep(manifest, parts, { store, after }) {
  const bytes = [await parts.heap, ...(await parts.files)];
  await pause(after);
  await store.keep(manifest.heap.sha256, partsOf(manifest).map((entry, at) => [entry, bytes[at]]));
}

/** Fetch a snapshot, after an ordinary start, for the reader's next visit. */
async function fetchForNextTime(manifest, place) {
  await pause(place.lineAfter);
  const parts = got(manifest, { ...place, onBytes: () => {} });
  await keep(manifest, parts, place);
}

/** Start from the snapshot; `visit` takes up what is known of it, for what comes after the start. */
async function attempt(options, { load, expect, ...place }, visit) {
  const { scope, onBytes, after } = place;
  const reason = obstacle(scope);
  if (reason) throw new Unwanted(reason);
  const [manifest, store] = await Promise.all([manifestOf(place), open(scope)]);
  Object.assign(visit, { manifest, store });
  const kept = await Promise.all(partsOf(manifest).map((entry) => store.has(entry)));
  const [stored] = kept;
  const anyway = stored || options[ANY_LINE];
  const slow = anyway ? "" : known(scope.navigator);
  if (slow) throw new Unwanted(slow);
  expect("snapshot");
  const ended = new AbortController();
  const over = new AbortController();
  // What the browser has does not come over the line, and what an ordinary start would fetch in their
  // place is no loss. Other files are not counted: a server may have compressed them, and nobody hears
  // of how many bytes the line has carried.
  const size = partsOf(manifest).reduce((sum, { packed }, at) => sum + (kept[at] ? 0 : packed), 0);
  const { instead } = manifest;
  let come = 0;
  const parts = got(manifest, {
    ...place,
    store,
    signal: ended.signal,
    onBytes(name, bytes) {
      come += bytes;
      onBytes(name, bytes);
    },
  });
  if (!anyway) {
    watch({ look: () => ({ come, size, instead }), ended, signal: over.signal });
  }
  try {
    Promise.all([parts.heap, parts.files]).finally(() => over.abort()).catch(() => {});
    const lock = fitting(manifest, options, place);
    lock.catch((error) => ended.abort(error));
    const py = await restored(load, options, { manifest, parts, lock, scope });
    keep(manifest, parts, { store, after }).catch(() => {});
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
 * which it was: `{snapshot, reason, fault}`. `after` is how long keeping waits, `lineAfter` a fetch for
 * the next time.
 */
export async function start(options, { tell, ...given }) {
  const place = { after: AFTER, lineAfter: LINE_AFTER, ...given };
  const visit = {};
  try {
    const py = await attempt(options, place, visit);
    tell({ snapshot: true, reason: "", fault: false });
    return py;
  } catch (error) {
    // Of an error in Python's code the last line says what it is.
    const reason = String(error?.message || error?.type || error).trim().split("\n").at(-1).slice(-300);
    visit.fault = !(error instanceof Unwanted);
    tell({ snapshot: false, reason, fault: visit.fault });
  }
  place.expect("ordinary");
  const py = await place.load(options);
  // What could not be used now is not better the next time.
  if (visit.store && !visit.fault && !sparing(place.scope.navigator)) {
    fetchForNextTime(visit.manifest, { ...place, store: visit.store }).catch(() => {});
  }
  return py;
}
