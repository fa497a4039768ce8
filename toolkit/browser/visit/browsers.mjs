// A browser that can reach this machine and nobody else: Chromium or Firefox, as they are packaged.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/** Chromium itself calls home, whatever flags it is given: no name but loopback's resolves. */
const FENCE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1";

/** Firefox is given a proxy on a port where nobody listens, for all but this machine. */
const NOWHERE = {
  "network.proxy.type": 1,
  "network.proxy.http": "127.0.0.1",
  "network.proxy.http_port": 9,
  "network.proxy.ssl": "127.0.0.1",
  "network.proxy.ssl_port": 9,
  "network.proxy.no_proxies_on": "localhost, 127.0.0.1",
};

/** Start a browser; `modules` is the folder of the npm packages, `protocolTimeout` the longest wait in ms. */
export async function launch({ browser, program, modules, protocolTimeout = 300_000 }) {
  const require = createRequire(`${modules}/index.js`);
  const { default: puppeteer } = await import(pathToFileURL(require.resolve("puppeteer-core")).href);
  const common = { browser, executablePath: program, headless: true, protocolTimeout };
  return browser === "firefox"
    ? puppeteer.launch({ ...common, extraPrefsFirefox: NOWHERE })
    : puppeteer.launch({
        ...common,
        args: [FENCE, "--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
      });
}
