// Lets the page interrupt what runs, where memory can be shared (isolation headers). Our labextension
// (toolkit/lite/labextension) writes into two words of it: SIGINT, for which Python looks between two
// instructions, and only while the other says that they are a cell's (inside/spec14_cells.py) and
// not the kernel's own, which would be broken off for good.
const [SIGNAL, IN_CELL] = [0, 1];

/** Give Python a buffer to look into, and the page the same one. */
export function listen(py, scope = globalThis) {
  if (!scope.crossOriginIsolated || typeof SharedArrayBuffer === "undefined") {
    return false;
  }
  const buffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
  const words = new Int32Array(buffer);
  py.setInterruptBuffer(words);
  scope.spec14InCell = (yes) => {
    words[IN_CELL] = yes ? 1 : 0;
    // What came too late is for nobody.
    words[SIGNAL] = 0;
  };
  scope.postMessage({ spec14InterruptBuffer: buffer });
  return true;
}
