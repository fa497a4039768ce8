// A cell that is run while the kernel starts waits for it, and says so; upstream drops it ("Session
// has no kernel"). Who runs cells, in a notebook and in a console, is JupyterLab's to be replaced:
// INotebookCellExecutor and IConsoleCellExecutor, of 4.3 and later. toolkit/lite/interface.py
// disables the plugins that these stand for.

const SOON = 50;
const STARTING = new Set(["unknown", "starting"]);

/** One promise for all that waits for a kernel: they go on in the order in which they came. */
const AWAITED = new WeakMap();

/** Tells whether a session's kernel has yet to come. */
export function isStarting(context) {
  const kernel = context.session?.kernel;
  return !context.isDisposed && (kernel ? STARTING.has(kernel.status) : !context.isReady);
}

async function started(context) {
  while (isStarting(context)) {
    await new Promise((resolve) => setTimeout(resolve, SOON));
  }
  AWAITED.delete(context);
}

/** Give what runs a cell: `runCell` of JupyterLab, once there is a kernel. */
export function patient(runCell) {
  return async (options) => {
    const { cell, sessionContext: context } = options;
    if (context && cell.model.type === "code" && isStarting(context)) {
      cell.setPrompt("*");
      if (!AWAITED.has(context)) {
        AWAITED.set(context, started(context));
      }
      await AWAITED.get(context);
    }
    return runCell(options);
  };
}

/** Give the plugins, of modules that the application shares. */
export async function executors(shared) {
  const [notebook, console] = await Promise.all(
    ["@jupyterlab/notebook", "@jupyterlab/console"].map(async (name) => (await only(shared, name).get())()),
  );
  return [
    plugin("notebook", notebook.INotebookCellExecutor, notebook.runCell),
    plugin("console", console.IConsoleCellExecutor, console.runCell),
  ];
}

/** The application brings one version of each of its own modules. */
const only = (shared, name) => Object.values(shared[name])[0];

const plugin = (kind, provides, runCell) => ({
  id: `@spec14/kernel:${kind}-cell-executor`,
  description: "Runs a cell once the kernel has started.",
  autoStart: true,
  provides,
  activate: () => Object.freeze({ runCell: patient(runCell) }),
});
