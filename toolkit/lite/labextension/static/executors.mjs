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

/** Why Python cannot be started in this page; empty while it may be. */
let failure = "";

/** The first file that could not be had: it says more than the error that comes of it. */
let missing = "";

/** Take in how a start goes, in the words of lite/start/spec14-progress.mjs. */
export function hear({ stage, reason, final = false }) {
  if (final) {
    failure = missing || reason;
  } else if (stage === "failed") {
    missing ||= reason;
  } else if (stage === "begun") {
    [failure, missing] = ["", ""];
  }
}

/** Wait for a kernel; say whether it came, and tell why where it cannot. */
async function started(context, tell) {
  while (isStarting(context) && !failure) {
    await new Promise((resolve) => setTimeout(resolve, SOON));
  }
  AWAITED.delete(context);
  const came = !isStarting(context);
  if (!came) {
    tell(failure);
  }
  return came;
}

/** Give what runs a cell: `runCell` of JupyterLab, once there is a kernel. */
export function patient(runCell, tell) {
  return async (options) => {
    const { cell, sessionContext: context } = options;
    if (context && cell.model.type === "code" && isStarting(context)) {
      cell.setPrompt("*");
      if (!AWAITED.has(context)) {
        AWAITED.set(context, started(context, tell));
      }
      const came = await AWAITED.get(context);
      // A notebook that was opened anew meanwhile has other cells.
      if (cell.isDisposed) {
        return false;
      }
      if (!came) {
        cell.setPrompt("");
        return false;
      }
    }
    return runCell(options);
  };
}

/** Give the plugins, of modules that the application shares. */
export async function executors(shared) {
  const [notebook, console] = await Promise.all(
    ["@jupyterlab/notebook", "@jupyterlab/console"].map((name) => only(shared, name)),
  );
  return [
    plugin("notebook", notebook.INotebookCellExecutor, notebook.runCell),
    plugin("console", console.IConsoleCellExecutor, console.runCell),
  ];
}

/** A module that the application shares: it brings one version of each of its own. */
export const only = async (shared, name) => (await Object.values(shared[name])[0].get())();

const notify = (app, reason) =>
  app.commands.execute("apputils:notify", {
    message: `Python could not be started: ${reason}. Reload the page to try again.`,
    type: "error",
    options: { autoClose: false },
  });

const plugin = (kind, provides, runCell) => ({
  id: `@spec14/kernel:${kind}-cell-executor`,
  description: "Runs a cell once the kernel has started.",
  autoStart: true,
  provides,
  activate: (app) => Object.freeze({ runCell: patient(runCell, (reason) => notify(app, reason)) }),
});
