// The parts of a memory snapshot (toolkit/lite/snapshot/manifest.py) as a worker gets them: out of
// the browser's own store, or fetched, inflated and compared with their SHA-256. What is not the part
// that the manifest names is an error, and the kernel starts in the ordinary way.

/** What a part is compressed with, in the words of `DecompressionStream`: all browsers know it. */
const CODING = "gzip";

/** Whether this browser has what it takes; the reason if not. */
export function obstacle(scope) {
  if (typeof scope.DecompressionStream !== "function") return "this browser inflates nothing";
  if (typeof scope.crypto?.subtle?.digest !== "function") {
    return "this page is not secure, so nothing can be checked";
  }
  return "";
}

/** SHA-256 as hexadecimal digits. */
export async function sha256(bytes, scope = globalThis) {
  const digest = new Uint8Array(await scope.crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function require(bytes, expected, scope) {
  if ((await sha256(bytes, scope)) !== expected) throw new Error("not the file that was built");
}

/** Read a stream into an array of exactly `size` bytes. */
async function filled(stream, size) {
  const bytes = new Uint8Array(size);
  const reader = stream.getReader();
  let at = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    if (at + piece.value.length > size) throw new Error(`more than its ${size} bytes`);
    bytes.set(piece.value, at);
    at += piece.value.length;
  }
  if (at !== size) throw new Error(`${at} of its ${size} bytes`);
  return bytes;
}

/** A stream that tells of each piece that passes. */
const watched = (onBytes) =>
  new TransformStream({
    transform(piece, controller) {
      onBytes(piece.byteLength);
      controller.enqueue(piece);
    },
  });

async function fetched(part, { base, scope, fetch, signal, onBytes }) {
  const answer = await fetch(new URL(part.file, base), { signal });
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  const stream = answer.body
    .pipeThrough(watched((bytes) => onBytes(part.file, bytes)))
    .pipeThrough(new scope.DecompressionStream(CODING));
  const bytes = await filled(stream, part.size);
  await require(bytes, part.sha256, scope);
  return bytes;
}

/**
 * Give the bytes of a part.
 *
 * `part` is the manifest's entry, `base` the manifest's address, `store` that of `spec14-store.mjs`,
 * `signal` ends a fetch, and `onBytes` is called with the name and the number of bytes that have come.
 */
export async function bytesOf(part, { store, ...place }) {
  const kept = await store.find(part);
  if (kept !== undefined) {
    try {
      // At once: as a stream it would come in a thousand pieces.
      const bytes = new Uint8Array(await kept.arrayBuffer());
      await require(bytes, part.sha256, place.scope);
      return bytes;
    } catch {
      // The browser's own copy is damaged: the site's is fetched.
      await store.drop(part);
    }
  }
  try {
    return await fetched(part, place);
  } catch (error) {
    // Streams pass on neither in every browser: why they were ended, and what cannot be inflated.
    place.signal?.throwIfAborted();
    throw new Error(`${part.file}: ${error.message || "cannot be inflated"}`, { cause: error });
  }
}
