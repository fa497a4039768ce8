// Whether a memory snapshot pays on this line: it saves the processor seconds, and costs the line
// bytes. What the browser knows is asked first, then what comes in the first moments is measured.

/** Seconds of start that a snapshot saves (docs/benchmarks.md); it may take so long to come. */
const SAVED = 4;

/** From when the measurement is believed: bytes and milliseconds since the first of them. */
const ENOUGH = { bytes: 192 * 1024, milliseconds: 150 };

/** Milliseconds without a byte after which a line is taken for a slow one. */
export const SILENCE = 1000;

/** How often a meter is to be asked, and for how much a look counts at most, in milliseconds. */
export const LOOK = 50;
const MOST = 2 * LOOK;

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

/**
 * Measures how fast bytes come. Time is counted at each look, and no look counts for more than
 * `MOST` milliseconds: a worker that has something else to do hears late of bytes that have come.
 */
export class Meter {
  #now;
  #looked;
  #passed = 0;
  #silent = 0;
  #bytes = 0;

  constructor(now = () => performance.now()) {
    this.#now = now;
    this.#looked = now();
  }

  /**
   * Whether `extra` bytes that only a snapshot wants come in time, where `bytes` have come by now:
   * undefined while nobody can tell. To be asked every few moments.
   */
  pays(bytes, extra) {
    const now = this.#now();
    const passed = Math.min(now - this.#looked, MOST);
    this.#looked = now;
    this.#silent = bytes === this.#bytes ? this.#silent + passed : 0;
    this.#bytes = bytes;
    if (this.#silent > SILENCE) return false;
    if (bytes === 0) return undefined;
    this.#passed += passed;
    if (bytes < ENOUGH.bytes || this.#passed < ENOUGH.milliseconds) {
      // Next to nothing has come in a time in which all of it should have.
      return this.#passed > SAVED * 1000 ? false : undefined;
    }
    return (extra / bytes) * this.#passed < SAVED * 1000;
  }
}
