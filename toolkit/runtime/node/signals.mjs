// The memory that the interpreter's thread shares with its control thread: two bytes.
export const SIGNAL = 0;
export const RECEIVING = 1;

// Gives what Pyodide can have as its interrupt buffer, so that no signal is lost.
//
// CPython (Python/emscripten_signal.c, 3.14) reads the buffer and then sets it to zero, in two
// steps: of a signal that the other thread stores between them nothing would remain. A loop in
// Python reads every microsecond, so that this happens. Here zero is put only where what was
// read still stands.
export function interruptBuffer(signals) {
  let seen = 0;
  return {
    get 0() {
      seen = Atomics.load(signals, SIGNAL);
      return seen;
    },
    set 0(value) {
      Atomics.compareExchange(signals, SIGNAL, seen, value);
    },
  };
}
