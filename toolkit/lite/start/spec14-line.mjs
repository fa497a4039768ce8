// Whether a memory snapshot pays on this line: it saves the processor seconds, and costs the line
// bytes. What the browser knows is asked first, then what comes in the first moments is measured.

/** Seconds of start that a snapshot saves (docs/benchmarks.md); it may take so long to come. */
const SAVED = 3;

/** From when the measurement is believed: bytes and milliseconds since the first of them. */
const ENOUGH = { bytes: 192 * 1024, milliseconds: 150 };

/** Milliseconds without a byte after which a line is taken for a slow one. */
export const SILENCE = 1000;

const SLOW = new Set(["slow-2g", "2g", "3g"]);

/**
 * What the browser knows: "" where nothing speaks against a snapshot, else why not. Chromium alone
 * has `navigator.connection`; it knows a line by earlier visits, to any site.
 */
export function known({ connection }) {
  if (connection?.saveData) return "the browser saves data";
  if (SLOW.has(connection?.effectiveType)) return `the line is slow (${connection.effectiveType})`;
  return "";
}

/** Whether readers want no bytes that they do not need now. */
export const sparing = ({ connection }) => Boolean(connection?.saveData);

/** Measures how fast bytes come. */
export class Meter {
  #now;
  #first;
  #last;
  #bytes = 0;

  constructor(now = () => performance.now()) {
    this.#now = now;
    this.#last = now();
  }

  add(bytes) {
    this.#last = this.#now();
    this.#first ??= this.#last;
    this.#bytes += bytes;
  }

  /** Whether `rest` bytes come in time: undefined while nobody can tell. */
  pays(rest) {
    const now = this.#now();
    if (now - this.#last > SILENCE) return false;
    const passed = now - (this.#first ?? now);
    if (this.#bytes < ENOUGH.bytes || passed < ENOUGH.milliseconds) {
      // Next to nothing has come in a time in which all of it should have.
      return passed > SAVED * 1000 ? false : undefined;
    }
    return (rest / this.#bytes) * passed < SAVED * 1000;
  }
}
