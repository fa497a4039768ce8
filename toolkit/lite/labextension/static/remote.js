// A labextension without a build: JupyterLab asks a container (webpack's module federation) for
// plugins, and this object is one. It mends three things of JupyterLite 0.8.6, pyodide-kernel 0.8.6
// and coincident 1.2.3; toolkit/lite/interface.py says which and why.

/** SIGINT, as Pyodide's interrupt buffer takes it. */
const INTERRUPT = 2;

/** What starts a cell; Shift+Enter, the toolbar and the menu all come to these. */
const RUN = /^notebook:(?:run-|restart-and-run)/u;

/** How long a key waits for the kernel, in milliseconds. */
const PATIENCE = 120_000;

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

/** Workers send the buffer that interrupts them (spec14-interrupt.mjs). */
function learnBuffers() {
  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(...words) {
      super(...words);
      this.addEventListener("message", ({ data }) => {
        if (data?.spec14InterruptBuffer) {
          BUFFERS.set(this, new Int32Array(data.spec14InterruptBuffer));
        }
      });
    }
  };
}

/** Make "interrupt" do what it says; upstream's only drops the cells that wait. */
function mendInterrupt(app) {
  const client = app.serviceManager.kernels._kernelAPIClient;
  const interrupt = client.interrupt.bind(client);
  client.interrupt = async (id) => {
    const running = client._mutexMap?.get(id)?.isLocked() ?? false;
    await interrupt(id);
    const buffer = BUFFERS.get(client._kernels?.get(id)?._worker);
    if (running && buffer) {
      buffer[0] = INTERRUPT;
    } else if (running) {
      await app.commands.execute("apputils:notify", {
        message: "A running cell cannot be interrupted on this site. Restart the kernel to end it.",
        type: "warning",
        options: { autoClose: 10_000 },
      });
    }
  };
}

/** Let a key that is pressed while the kernel starts wait for it; upstream can drop it. */
function mendEarlyKeys(app) {
  const execute = app.commands.execute.bind(app.commands);
  app.commands.execute = async (id, ...rest) => {
    if (RUN.test(id)) {
      await started(app.shell.currentWidget?.context?.sessionContext ?? app.shell.currentWidget?.sessionContext);
    }
    return execute(id, ...rest);
  };
}

async function started(context) {
  const end = Date.now() + PATIENCE;
  const waits = () => {
    const status = context.session?.kernel?.status;
    return !context.isDisposed && (status === undefined || status === "unknown" || status === "starting");
  };
  while (context && waits() && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const plugin = {
  id: "@spec14/kernel:plugin",
  description: "Mends interrupts, prompts and early keys; follows the page's theme.",
  autoStart: true,
  activate(app) {
    mendWaitAsync();
    learnBuffers();
    mendInterrupt(app);
    mendEarlyKeys(app);
    if (HERE) {
      import(new URL("theme.mjs", HERE)).then(({ followPage }) => followPage(app));
    }
  },
};

globalThis._JUPYTERLAB ??= {};
globalThis._JUPYTERLAB["@spec14/kernel"] = {
  init() {},
  get: async () => () => ({ __esModule: true, default: plugin }),
};
