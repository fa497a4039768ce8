// A labextension without a build: JupyterLab asks a container (webpack's module federation) for
// plugins, and this object is one. It mends what JupyterLite 0.8.6, pyodide-kernel 0.8.6 and
// coincident 1.2.3 do wrong; toolkit/lite/interface.py says what and why.

/** SIGINT, as Pyodide's interrupt buffer takes it. */
const INTERRUPT = 2;

/** Words of that buffer (lite/start/spec14-interrupt.mjs). */
const [SIGNAL, IN_CELL] = [0, 1];
const SOON = 20;

const BUFFERS = new WeakMap();

/** Where this file lies: known only while it is first run. */
const HERE = globalThis.document?.currentScript?.src;

/** `Atomics.waitAsync` gives no promise where there is nothing to wait for, and coincident wants one. */
function mendWaitAsync() {
  const { waitAsync } = Atomics;
  if (waitAsync) {
    Atomics.waitAsync = (...words) => {
      const found = waitAsync(...words);
      return found.async ? found : { async: true, value: Promise.resolve(found.value) };
    };
  }
}

/** Workers send the buffer that interrupts them, and how their start goes (lite/start). */
function learnOfWorkers(hear) {
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(url, ...words) {
      super(url, ...words);
      hear({ stage: "begun" });
      this.addEventListener("error", ({ message }) => {
        hear({ stage: "failed", reason: message || `${url} could not be loaded`, final: true });
      });
      const take = (data) => {
        if (data?.spec14InterruptBuffer) {
          BUFFERS.set(this, new Int32Array(data.spec14InterruptBuffer));
        } else if (data?.spec14Start) {
          hear(data.spec14Start);
        }
      };
      // One that was started early has spoken already (early.js).
      this.spec14Heard?.forEach(take);
      this.spec14Heard = undefined;
      this.addEventListener("message", ({ data }) => take(data));
    }
  };
}

/** Make "interrupt" do what it says; upstream's only drops the cells that wait. */
function mendInterrupt(app) {
  const client = app.serviceManager.kernels._kernelAPIClient;
  const interrupt = client.interrupt.bind(client);
  client.interrupt = async (id) => {
    const isRunning = () => client._mutexMap?.get(id)?.isLocked() ?? false;
    const running = isRunning();
    await interrupt(id);
    const buffer = BUFFERS.get(client._kernels?.get(id)?._worker);
    if (running && buffer) {
      await signal(buffer, isRunning);
    } else if (running) {
      await app.commands.execute("apputils:notify", {
        message: "A running cell cannot be interrupted on this site. Restart the kernel to end it.",
        type: "warning",
        options: { autoClose: 10_000 },
      });
    }
  };
}

/** Interrupt what runs as soon as it is the cell's own code, and no longer the kernel's around it. */
async function signal(buffer, isRunning) {
  while (isRunning() && !buffer[IN_CELL]) {
    await new Promise((resolve) => setTimeout(resolve, SOON));
  }
  if (isRunning()) {
    buffer[SIGNAL] = INTERRUPT;
  }
}

/** Answer the cells that wait when one fails: upstream drops them, and their prompts stay "[*]". */
function mendAborted(app) {
  const reasons = app.serviceManager.kernels._kernelAPIClient._cancelReason;
  const set = reasons.set.bind(reasons);
  reasons.set = (mutex, reason) => set(mutex, reason === "error" ? "interrupt-subsequent" : reason);
}

/**
 * A notebook that has been opened takes the focus, wherever the reader is meanwhile: one that starts
 * with the page, or that the page has begun and does not show yet (docs/reader/ahead.mjs; `inert`
 * keeps no script from it). The former takes none that is somewhere else in the page; what wanted
 * it last in the latter gets it when the frame is shown.
 */
function waitWithFocus() {
  const frame = globalThis.frameElement;
  if (frame) {
    const { focus } = HTMLElement.prototype;
    const page = frame.ownerDocument;
    const isImmediate = frame.matches(".jupyterlite_sphinx_raw_iframe");
    const isElsewhere = () => isImmediate && ![frame, page.body, null].includes(page.activeElement);
    HTMLElement.prototype.focus = function focusWhenShown(...words) {
      if (frame.closest("[inert]") || isElsewhere()) {
        globalThis.spec14Focus = this;
      } else {
        focus.apply(this, words);
      }
    };
  }
}

const plugin = ({ hear, readOnce }) => ({
  id: "@spec14/kernel:plugin",
  description: "Mends interrupts and prompts; follows the page's theme.",
  autoStart: true,
  activate(app) {
    waitWithFocus();
    learnOfWorkers(hear);
    mendInterrupt(app);
    mendAborted(app);
    readOnce(app.serviceManager.settings);
    if (HERE) {
      import(new URL("theme.mjs", HERE)).then(({ followPage }) => followPage(app));
    }
  },
});

let shared = {};

globalThis._JUPYTERLAB ??= {};
globalThis._JUPYTERLAB["@spec14/kernel"] = {
  init(modules) {
    shared = modules;
    // Before other labextensions are run: jupyterlite-xeus keeps what it finds (5.1.0).
    mendWaitAsync();
  },
  get: async () => {
    const [{ executors, hear, only }, { fillUnset, readOnce }, { splashes }] = await Promise.all(
      ["executors.mjs", "settings.mjs", "splash.mjs"].map((name) => import(new URL(name, HERE))),
    );
    const [{ DefaultSchemaValidator }, apputils, { PageConfig }] = await Promise.all(
      ["settingregistry", "apputils", "coreutils"].map((name) => only(shared, `@jupyterlab/${name}`)),
    );
    fillUnset(DefaultSchemaValidator);
    const plugins = [plugin({ hear, readOnce }), ...(await executors(shared)), ...splashes(apputils, PageConfig)];
    return () => ({ __esModule: true, default: plugins });
  },
};
