// Starts the kernel's worker while the interface is still loading: the first script of a page that
// opens a notebook. JupyterLite asks for that worker when everything else is there, and is given
// this one. A script of the old kind: it runs before anything else is fetched.
(() => {
  const { root, workers, elsewhere } = document.currentScript.dataset;
  const base = new URL(root, window.location.href);

  /** Whether what the page opens runs in another kernel, where the site has one (elsewhere.py). */
  const isElsewhere = () => {
    const { kernels, notebooks } = elsewhere ? JSON.parse(elsewhere) : { kernels: [], notebooks: [] };
    const { searchParams } = new URL(window.location.href);
    const paths = searchParams.getAll("path").map((path) => path.replace(/^\/+/, ""));
    return kernels.includes(searchParams.get("kernel")) || paths.some((path) => notebooks.includes(path));
  };

  if (window.location.protocol === "file:" || !window.Worker || isElsewhere()) {
    return;
  }

  const PLUGIN = "@jupyterlite/pyodide-kernel-extension:kernel";
  const NAMES = JSON.parse(workers);
  const { Worker } = window;
  let early = null;

  /** A worker for JupyterLite: the early one, once, where it is the one that is asked for. */
  window.Worker = class extends Worker {
    constructor(url, options) {
      if (early && String(url) === early.url) {
        const { worker } = early;
        early = null;
        return worker;
      }
      super(url, options);
    }
  };

  const json = async (url) => {
    const answer = await fetch(url);
    return answer.ok ? answer.json() : {};
  };

  /** What pyodide-kernel 0.8.6 gives to its worker (kernel-extension/src/index.ts, kernel.ts). */
  const settingsOf = (config) => {
    const settings = config["jupyter-config-data"]?.litePluginSettings?.[PLUGIN] ?? {};
    if (!settings.pyodideUrl) {
      throw new Error("the site names no runtime");
    }
    const entries = Object.entries(settings.loadPyodideOptions ?? {});
    const options = Object.fromEntries(
      entries.map(([key, value]) => [key, key.endsWith("URL") ? new URL(value, base).href : value]),
    );
    const start = new URL(settings.pyodideUrl, base).href;
    return { start, options: { indexURL: start.slice(0, start.lastIndexOf("/") + 1), ...options } };
  };

  const begin = async () => {
    const config = await json(new URL("jupyter-lite.json", base));
    const wanted = settingsOf(config);
    const [original, ours] = NAMES[window.crossOriginIsolated ? "isolated" : "plain"];
    const url = new URL(ours, base);
    url.hash = encodeURIComponent(JSON.stringify(wanted));
    // The documentation's page gives its frames names, by which it tells their workers apart.
    const name = window.frameElement?.dataset.spec14 ?? "";
    const worker = new Worker(url, { type: "module", name });
    // What it says before JupyterLite listens is kept for our labextension (remote.js).
    worker.spec14Heard = [];
    worker.addEventListener("message", ({ data }) => {
      if (data?.spec14Start || data?.spec14InterruptBuffer) {
        worker.spec14Heard?.push(data);
      }
    });
    early = { url: new URL(original, base).href, worker };
  };

  begin().catch((error) => console.warn(`The kernel is not started early: ${error}`));
})();
