// Drives the kernel's own worker (pyodide-kernel 0.8.6, comlink) and tells what it shows. Comlink's
// wire is one message for a call and one for its answer: {id, type: "APPLY", path, argumentList}.

/** Start a worker and give its functions, and a place where what it shows is put. */
export function driven(url) {
  const worker = new Worker(url, { type: "module" });
  const calls = new Map();
  const driver = { shown: [], way: null, worker };
  driver.failed = new Promise((_resolve, reject) => {
    worker.addEventListener("error", ({ message }) => reject(new Error(message || `${url} does not load`)));
  });
  worker.addEventListener("message", ({ data }) => {
    if (data?._kernelMessage) {
      driver.shown.push(data._kernelMessage);
    } else if (data?.spec14Start?.stage === "way") {
      driver.way = data.spec14Start;
    } else if (calls.has(data?.id)) {
      calls.get(data.id)(data);
      calls.delete(data.id);
    }
  });
  driver.call = (name, ...values) =>
    new Promise((resolve, reject) => {
      const id = crypto.randomUUID();
      calls.set(id, ({ type, value }) =>
        type === "HANDLER" ? reject(new Error(value?.value?.message || value?.value?.stack || String(value))) : resolve(value),
      );
      const argumentList = values.map((value) => ({ type: "RAW", value }));
      worker.postMessage({ id, type: "APPLY", path: [name], argumentList });
    });
  return driver;
}

/** What stands in a message of the kernel's, without what names the request. */
function told({ type, bundle }) {
  if (type === "stream") return [bundle.name, bundle.text];
  if (type === "execute_error") return ["error", bundle.ename, bundle.evalue, bundle.traceback.join("\n")];
  // Messages of a widget's channel have no bundle, and identities in what they have.
  return [type, JSON.stringify(bundle?.data ?? null)];
}

/** Put neighbouring pieces of one stream together: where they are cut is chance. */
function joined(pieces) {
  const whole = [];
  for (const piece of pieces) {
    if (piece.length === 2 && whole.at(-1)?.[0] === piece[0] && piece[0].startsWith("std")) {
      whole.at(-1)[1] += piece[1];
    } else {
      whole.push([...piece]);
    }
  }
  return whole;
}

const parent = () => ({ header: { msg_id: crypto.randomUUID(), session: "gate" } });

/** Start a kernel of the site at `base` and give what it shows. */
export async function look({ worker, base, cells, completed, packages }) {
  const driver = driven(new URL(worker, base));
  const start = new URL("static/pyodide/spec14-start.mjs", base).href;
  const options = {
    baseUrl: base,
    pyodideUrl: start,
    indexUrl: new URL("./", start).href,
    pipliteWheelUrl: "",
    pipliteUrls: [],
    disablePyPIFallback: true,
    location: "",
    mountDrive: false,
    loadPyodideOptions: {
      packages,
      lockFileURL: new URL("pyodide-lock.json", start).href,
      // What is compared is the snapshot and not this machine's line.
      spec14AnyLine: true,
    },
    kernelId: "gate",
  };
  const found = { cells: {}, completions: {} };
  await Promise.race([driver.call("initialize", options), driver.failed]);
  for (const { name, code } of cells) {
    driver.shown.length = 0;
    await driver.call("execute", { code }, parent());
    found.cells[name] = joined(driver.shown.map(told));
  }
  for (const text of completed) {
    const { matches } = await driver.call("complete", { code: text, cursor_pos: text.length }, parent());
    found.completions[text] = matches;
  }
  driver.worker.terminate();
  return { ...found, snapshot: driver.way.snapshot, reason: driver.way.reason };
}
