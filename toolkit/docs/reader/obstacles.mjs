// What keeps a notebook from working in this browser, or in this window.

/** Upstream's limit for both sides of the window (`isMobileDevice`, jupyterlite_sphinx.js 0.23.0). */
export const SMALL = 480;

/** What cannot change while the page is open: the name of an obstacle, or null. */
export function lasting(scope) {
  if (typeof scope.WebAssembly?.instantiate !== "function") {
    return "webassembly";
  }
  return hasModuleWorkers(scope) ? null : "workers";
}

/** Why upstream does not show a button in this window: the name of an obstacle, or null. */
export function ofWindow({ width, height, mobile }) {
  if (width <= SMALL || height <= SMALL) {
    return "small";
  }
  return mobile ? "phone" : null;
}

/**
 * Whether workers can be modules: a browser that knows them reads `type`. No worker is started,
 * the reading itself ends the call.
 */
function hasModuleWorkers(scope) {
  let asked = false;
  const options = {
    get type() {
      asked = true;
      throw new Error("enough");
    },
  };
  try {
    new scope.Worker("data:,", options);
  } catch {
    // Either the end above, or no workers at all: `asked` tells.
  }
  return asked;
}

/** Whether the browser keeps what JupyterLite writes (IndexedDB). */
export function keepsFiles(scope) {
  return new Promise((resolve) => {
    try {
      const request = scope.indexedDB.open("spec14-probe");
      request.onerror = () => resolve(false);
      request.onsuccess = () => {
        request.result.close();
        scope.indexedDB.deleteDatabase("spec14-probe");
        resolve(true);
      };
    } catch {
      resolve(false);
    }
  });
}
