// What a page notes by itself, in every frame and from its first line on: a driver's own clock would
// add its way to the page and back. Everything here runs in the page; times are milliseconds of Unix.

/** Look from now on. A kernel is ready when its worker's `initialize` has been answered (comlink). */
export function watch() {
  const LOOK = 10;
  const now = () => performance.timeOrigin + performance.now();
  const marks = {};
  const mark = (name, at = now()) => (marks[name] ??= at);
  const bench = { marks, kernels: [], now, mark, expected: "" };
  window.spec14Bench = bench;

  const clicked = (event) => {
    if (event.target?.closest?.("button.try_examples_button")) {
      mark("click", performance.timeOrigin + event.timeStamp);
    }
  };
  window.addEventListener("click", clicked, { capture: true });

  const Upstream = window.Worker;
  window.Worker = class Worker extends Upstream {
    #call;
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => {
        if (this.#call !== undefined && data?.id === this.#call) {
          mark("kernel");
          bench.kernels.push(now());
        }
      });
    }
    postMessage(message, ...rest) {
      if (message?.path?.[0] === "initialize") {
        mark("worker");
        this.#call = message.id;
      }
      super.postMessage(message, ...rest);
    }
  };

  const shows = (selector, test) =>
    [...document.querySelectorAll(selector)].some((one) => one.getClientRects().length && test(one));
  const look = () => {
    // Behind a spinner a notebook is empty, with one cell that goes when its content comes. That is asked
    // first: whether something is shown is to lay the page out.
    if (!marks.interface && !document.querySelector(".jp-MainAreaWidget > .jp-Spinner") && shows(".jp-CodeCell .cm-content", () => true)) {
      mark("interface");
    }
    const { expected } = bench;
    // An answer is the kernel's when its cell has a number, too: examples show outputs beforehand.
    const ran = (cell) =>
      /\[\d+\]/u.test(cell.querySelector(".jp-InputPrompt")?.textContent) &&
      [...cell.querySelectorAll(".jp-OutputArea-output")].some((one) => one.textContent.includes(expected));
    if (expected && shows(".jp-CodeCell", ran)) {
      bench.found = now();
      bench.expected = "";
    }
  };
  // Not with each painted frame: a document that takes another's place forgets who waits for that.
  window.setInterval(look, LOOK);
}
