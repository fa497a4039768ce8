// What runs in the page: each function is taken there by its text, and can use nothing of this file.
// The application is there as `jupyterapp` (exposeAppInBrowser of jupyterlite-core 0.8.6).

/** The kernels' own log (jupyterlite-xeus 5.1.0), into the page's console. Runs before its scripts. */
export function listenToLog() {
  new BroadcastChannel("/xeus-kernel-logs-broadcast").addEventListener("message", ({ data }) => {
    const { level, data: text } = data.payload;
    (level === "critical" ? console.error : console.debug)(`kernel: ${text}`);
  });
}

/** Start a kernel in a folder of the contents, and wait until it has answered once. */
export async function start(name, location) {
  const app = window.jupyterapp;
  // Kernels are registered by a plugin, and it is waited for.
  await app.started;
  const kernel = await app.serviceManager.kernels.startNew({ name, location });
  await kernel.info;
  window.spec14Kernel = kernel;
}

/** Whether a message is with the kernel (`LiteKernelClient`): one that has died lets go of it. */
export function isBusy() {
  const client = window.jupyterapp.serviceManager.kernels._kernelAPIClient;
  return client._mutexMap.get(window.spec14Kernel.id)?.isLocked() ?? false;
}

/** Run a cell; give what the kernel said of it, without pictures. */
export async function execute(code) {
  const future = window.spec14Kernel.requestExecute({ code, stop_on_error: true, allow_stdin: false });
  const messages = [];
  future.onIOPub = ({ header: { msg_type: type }, content }) => {
    const { name, text, wait, ename, evalue, traceback, data, transient } = content;
    const plain = data?.["text/plain"];
    messages.push(
      data
        ? { type, content: { text: plain === undefined ? null : [plain].flat().join(""), id: transient?.display_id } }
        : { type, content: { name, text, wait, ename, evalue, traceback } },
    );
  };
  const { status, ename, evalue, traceback } = (await future.done).content;
  return { messages, reply: { status, ename, evalue, traceback } };
}
