// Lets the page interrupt what runs, where memory can be shared (isolation headers): Python looks
// into the buffer between two instructions. Our labextension (toolkit/lite/labextension) writes it.

/** Give Python a buffer to look into, and the page the same one. */
export function listen(py, scope = globalThis) {
  if (!scope.crossOriginIsolated || typeof SharedArrayBuffer === "undefined") {
    return false;
  }
  const buffer = new SharedArrayBuffer(4);
  py.setInterruptBuffer(new Int32Array(buffer));
  scope.postMessage({ spec14InterruptBuffer: buffer });
  return true;
}
