// The notebook in a frame has the colours of the page around it, and changes with them. What the
// page looks like is asked of its background: every theme switches in its own way.

const [LIGHT, DARK] = ["JupyterLab Light", "JupyterLab Dark"];

/** How long a page may take to blend from one theme into the other, in milliseconds. */
const BLEND = 400;

/** Tells whether a colour as `getComputedStyle` writes it is dark; undefined where it is none. */
export function isDarkColour(text) {
  const [red, green, blue, alpha = 1] = (/^rgba?\(([^)]*)\)$/u.exec(text)?.[1] ?? "")
    .split(/[\s,/]+/u)
    .filter(Boolean)
    .map(Number);
  if (blue === undefined || alpha < 0.5) {
    return undefined;
  }
  // Weights of the sRGB primaries (ITU-R BT.709).
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128;
}

function isDark(page) {
  const view = page.defaultView;
  const found = [page.body, page.documentElement]
    .map((element) => isDarkColour(view.getComputedStyle(element).backgroundColor))
    .find((dark) => dark !== undefined);
  // A page without a background is drawn on the browser's own.
  const scheme = view.getComputedStyle(page.documentElement).colorScheme ?? "";
  return found ?? (scheme === "dark" || (scheme.includes("dark") && prefersDark(view).matches));
}

const prefersDark = (view) => view.matchMedia("(prefers-color-scheme: dark)");

/** Follow the page that `scope` is framed by; a page of another origin cannot be looked at. */
export async function followPage(app, scope = globalThis) {
  const page = scope.frameElement?.ownerDocument;
  if (!page) {
    return;
  }
  await app.restored;
  const view = page.defaultView;
  let shown;
  const show = () => {
    const theme = isDark(page) ? DARK : LIGHT;
    if (theme !== shown) {
      shown = theme;
      app.commands.execute("apputils:change-theme", { theme });
    }
  };
  const changed = () => {
    show();
    scope.setTimeout(show, BLEND);
  };
  const observer = new view.MutationObserver(changed);
  for (const element of [page.documentElement, page.body]) {
    observer.observe(element, { attributes: true });
  }
  const preference = prefersDark(view);
  preference.addEventListener("change", changed);
  scope.addEventListener("pagehide", () => {
    observer.disconnect();
    preference.removeEventListener("change", changed);
  });
  show();
}
