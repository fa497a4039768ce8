// What goes wrong while a page is visited: requests to others, errors in the console. What the site
// itself was asked for, and with how many bytes it answered, its server says: a browser's driver does
// not hear of all that workers load.
const LOCAL = new Set(["about:", "blob:", "chrome-extension:", "data:", "moz-extension:"]);

/** Listen to a page; tabs that it opens are added with `listen`. */
export function recordOf(origin) {
  const record = { foreign: new Set(), errors: new Set() };
  const asked = (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && !LOCAL.has(url.protocol)) {
      record.foreign.add(request.url());
    }
  };
  const said = (message) => {
    const byItself = message.location()?.url?.endsWith("/favicon.ico");
    // Of a request that fails the server tells, with its path.
    if (message.type() === "error" && !byItself && !message.text().startsWith("Failed to load resource")) {
      record.errors.add(message.text());
    }
  };
  return {
    record,
    listen(page) {
      page.on("request", asked);
      page.on("console", said);
      page.on("pageerror", (error) => record.errors.add(String(error?.message ?? error)));
    },
  };
}

export const toJson = ({ foreign, errors }) => ({ foreign: [...foreign], errors: [...errors] });
