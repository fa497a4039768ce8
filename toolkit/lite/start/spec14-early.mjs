// A start that was begun before the kernel asked for it (labextension/static/early.js): the kernel
// gets it where it asks for the same, and where it wants something else, that is what it gets.

/** What of the options can be compared; the kernel's functions for output come when it asks. */
const comparable = (options) =>
  JSON.stringify(
    Object.entries(options)
      .filter(([, value]) => typeof value !== "function")
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );

let begun;

/**
 * Begin a start with `options`; `load` starts, and `idle` is given the runtime where nobody has asked
 * for it by then: the interface has still to come.
 */
export function begin(options, load, idle = () => {}) {
  const said = [];
  const outputs = {};
  const output = (name) => (text) => (outputs[name] ? outputs[name](text) : said.push([name, text]));
  const started = load({ ...options, stdout: output("stdout"), stderr: output("stderr") });
  const mine = { wanted: comparable(options), started, outputs, said };
  begun = mine;
  started.then(
    (py) => begun === mine && idle(py),
    () => {}, // whoever takes it hears of a fault
  );
}

/** Give the start that was begun, if it is what `options` ask for; undefined if not. It is given once. */
export function take(options) {
  const found = begun;
  begun = undefined;
  if (found?.wanted !== comparable(options)) return undefined;
  const { stdout, stderr } = options;
  Object.assign(found.outputs, { stdout, stderr });
  for (const [name, text] of found.said) found.outputs[name]?.(text);
  return found.started;
}
