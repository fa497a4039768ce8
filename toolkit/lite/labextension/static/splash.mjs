// What covers a notebook's page until its interface and theme are there. Notebook's own takes its
// cover away once for each theme that was loaded meanwhile, and all but the first of those fail
// ("The node to be removed is not a child of this node"): here it goes with the last.
// toolkit/lite/interface.py disables the plugin that this stands for.

export const REPLACED = "@jupyter-notebook/application-extension:splash";

/** Give an ISplashScreen (JupyterLab's apputils) that keeps its cover while anything wants it. */
export function splashOf(restored, body) {
  const cover = body.ownerDocument.createElement("div");
  cover.style.cssText = "position: absolute; inset: 0; z-index: 10";
  const wanted = new Set();
  return {
    show(light = true) {
      const one = {
        isDisposed: false,
        async dispose() {
          this.isDisposed = true;
          await restored;
          wanted.delete(this);
          if (!wanted.size) {
            cover.remove();
          }
        },
      };
      wanted.add(one);
      cover.style.backgroundColor = light ? "white" : "#111111";
      body.append(cover);
      return one;
    },
  };
}

/** Give the plugin for an application that goes without Notebook's, and none for any other. */
export function splashes({ ISplashScreen }, { Extension }) {
  const plugin = {
    id: "@spec14/kernel:splash",
    description: "Covers the page until its interface is there.",
    autoStart: true,
    provides: ISplashScreen,
    activate: ({ restored }) => splashOf(restored, document.body),
  };
  return Extension.isDisabled(REPLACED) ? [plugin] : [];
}
