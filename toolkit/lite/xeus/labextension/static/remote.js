// A labextension without a build (as @spec14/kernel is), in sites that have xeus kernels. The page
// around a frame shows how the start of its kernel goes (docs/reader/frames.mjs). Pyodide's worker
// tells it so itself (lite/start/spec14-progress.mjs); for a xeus kernel it is told here.

// In a block: scripts of a page have one scope, and @spec14/kernel has such names too.
{
  /** The kernel that speaks for itself. */
  const PYODIDE = "python";

  /** Where this file lies: known only while it is first run. */
  const HERE = globalThis.document?.currentScript?.src;

  /** The channel of this site, as spec14-progress.mjs names it. */
  const channelName = () => `spec14-start:${new URL("../../../../", HERE).pathname}`;

  /** Tell the page around, where there is one that follows this frame. */
  function tell(stage) {
    const frame = globalThis.frameElement?.dataset.spec14;
    if (frame) {
      const channel = new BroadcastChannel(channelName());
      channel.postMessage({ frame, stage });
      channel.close();
    }
  }

  /** Tell once that the kernel of a session has answered. */
  function follow(context) {
    const look = () => {
      const kernel = context.session?.kernel;
      if (kernel?.status === "idle") {
        context.statusChanged.disconnect(look);
        if (kernel.name !== PYODIDE) {
          tell("ready");
        }
      }
    };
    context.statusChanged.connect(look);
    look();
  }

  /** A module that the application shares: it brings one version of each of its own. */
  const only = async (shared, name) => (await Object.values(shared[name])[0].get())();

  const plugin = ({ INotebookTracker }, { IConsoleTracker }) => ({
    id: "@spec14/xeus:readiness",
    description: "Tells the page around a notebook that its kernel is ready.",
    autoStart: true,
    optional: [INotebookTracker, IConsoleTracker],
    activate(_app, notebooks, consoles) {
      notebooks?.widgetAdded.connect((_, { sessionContext }) => follow(sessionContext));
      consoles?.widgetAdded.connect((_, { sessionContext }) => follow(sessionContext));
    },
  });

  let shared = {};

  globalThis._JUPYTERLAB ??= {};
  globalThis._JUPYTERLAB["@spec14/xeus"] = {
    init(modules) {
      shared = modules;
    },
    get: async () => {
      const modules = ["@jupyterlab/notebook", "@jupyterlab/console"].map((name) => only(shared, name));
      const plugins = [plugin(...(await Promise.all(modules)))];
      return () => ({ __esModule: true, default: plugins });
    },
  };
}
