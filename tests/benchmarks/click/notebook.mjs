// A reader before an open notebook who loses no time: writes, runs, restarts the kernel.
const BREATH = 250;
/**
 * How long nothing may happen once the kernel is ready, before a cell is started again: where one
 * waits for its answer, ten times as long.
 */
const SILENT = 3000;
const INSTALLS = /^\s*(%pip|import piplite|import micropip)/u;

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** An open notebook in a frame of a page; `limit` is in milliseconds. */
export class Notebook {
  presses = 0;

  constructor(page, frame, limit) {
    Object.assign(this, { page, frame, limit });
  }

  /** Wait until the page has noted something, and give its time. */
  async marked(name) {
    const noted = (wanted) => window.spec14Bench?.marks[wanted];
    const options = { polling: "raf", timeout: this.limit };
    return (await this.frame.waitForFunction(noted, options, name)).jsonValue();
  }

  /** What stands in the code cells. */
  async sources() {
    return this.frame.evaluate(() =>
      [...document.querySelectorAll(".jp-CodeCell")].map((cell) =>
        [...cell.querySelectorAll(".cm-line")].map((line) => line.textContent).join("\n"),
      ),
    );
  }

  /** The number of the first code cell that does not install something, once there is one. */
  async firstExample() {
    const end = Date.now() + this.limit;
    while (Date.now() < end) {
      const sources = await this.sources();
      const first = sources.findIndex((source) => !INSTALLS.test(source));
      // Cells come one by one, and empty.
      if (sources[first]) {
        return first;
      }
      await this.#painted();
    }
    throw new Error("a notebook has no example");
  }

  /** Replace what stands in a code cell; while a notebook is opened, its cells are made anew. */
  async write(cell, code) {
    const end = Date.now() + this.limit;
    while ((await this.sources())[cell] !== code) {
      if (Date.now() > end) {
        throw new Error("a cell cannot be written into");
      }
      if (await this.#focus(cell)) {
        await this.#press("Control", "a");
        await this.frame.evaluate((text) => document.execCommand("insertText", false, text), code);
      }
      await this.#painted();
    }
  }

  /**
   * Press Shift+Enter in a cell until it is taken: while the kernel starts it can be dropped. Before
   * an interface has a kernel to ask it opens a dialog, so that is waited for.
   */
  async start(cell, code) {
    const end = Date.now() + this.limit;
    while (Date.now() < end) {
      await this.#within(BREATH, hasKernel);
      if (!(await this.frame.evaluate(hasKernel))) {
        continue;
      }
      if (code !== undefined) {
        await this.write(cell, code);
      }
      if (await this.#focus(cell)) {
        const before = await this.frame.evaluate(prompt, cell);
        await this.#press("Shift", "Enter");
        this.presses += 1;
        if (await this.#within(BREATH, isTaken, cell, before)) {
          return;
        }
      }
    }
    throw new Error("a cell does not take Shift+Enter");
  }

  /** Have the page look for an output; give the function that waits for it and gives its time. */
  async expect(text) {
    await this.frame.evaluate((wanted) => {
      Object.assign(window.spec14Bench, { expected: wanted, found: undefined });
    }, text);
    const found = () => window.spec14Bench.found;
    return async (again) => {
      const end = Date.now() + this.limit;
      while (Date.now() < end) {
        if (await this.#within(SILENT, found)) {
          return this.frame.evaluate(found);
        }
        if (await this.frame.evaluate(isSilent, SILENT)) {
          await again();
        }
      }
      throw new Error("a changed cell did not show its output");
    };
  }

  /** Restart the kernel with the keyboard, and say when that was confirmed. */
  async restart() {
    await this.#focus(0);
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("0");
    await this.page.keyboard.press("0");
    const dialog = () => Boolean(document.querySelector(".jp-Dialog .jp-mod-accept"));
    await this.frame.waitForFunction(dialog, { polling: "raf", timeout: this.limit });
    return this.frame.evaluate(() => {
      const at = window.spec14Bench.now();
      window.spec14Bench.kernels.length = 0;
      document.querySelector(".jp-Dialog .jp-mod-accept").click();
      return at;
    });
  }

  async #focus(cell) {
    return this.frame.evaluate((number) => {
      const editor = document.querySelectorAll(".jp-CodeCell")[number]?.querySelector(".cm-content");
      editor?.scrollIntoView({ block: "center" });
      editor?.focus();
      return Boolean(editor) && document.activeElement === editor;
    }, cell);
  }

  async #press(modifier, key) {
    await this.page.keyboard.down(modifier);
    await this.page.keyboard.press(key);
    await this.page.keyboard.up(modifier);
  }

  async #within(milliseconds, test, ...args) {
    try {
      await this.frame.waitForFunction(test, { polling: "raf", timeout: milliseconds }, ...args);
      return true;
    } catch (error) {
      if (error.name !== "TimeoutError") {
        throw error;
      }
      return false;
    }
  }

  async #painted() {
    await this.frame.evaluate(() => new Promise((done) => window.requestAnimationFrame(() => window.requestAnimationFrame(done))));
  }
}

/** Whether the interface calls its kernel idle or busy, if it says anything. Runs in the page. */
function hasKernel() {
  const indicator = document.querySelector(".jp-Notebook-ExecutionIndicator");
  return !indicator || ["idle", "busy"].includes(indicator.dataset.status);
}

/** What stands beside a code cell. Runs in the page. */
function prompt(cell) {
  return document.querySelectorAll(".jp-CodeCell")[cell]?.querySelector(".jp-InputPrompt")?.textContent;
}

/** Whether a cell waits for its kernel, or has run since `before` stood beside it. Runs in the page. */
function isTaken(cell, before) {
  const beside = document.querySelectorAll(".jp-CodeCell")[cell]?.querySelector(".jp-InputPrompt")?.textContent;
  const { found } = window.spec14Bench;
  return Boolean(found) || beside?.includes("*") || (/\d/u.test(beside) && beside !== before);
}

/** Whether a kernel has been ready for a while, and no cell runs. Runs in the page. */
function isSilent(limit) {
  const { kernels, now } = window.spec14Bench;
  const waits = [...document.querySelectorAll(".jp-InputPrompt")].some(({ textContent }) => textContent.includes("*"));
  return kernels.at(-1) < now() - (waits ? 10 * limit : limit);
}
