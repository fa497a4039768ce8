// When pages can be used, seen by readers who never came before: node load.mjs PLAN.json
//
// The plan: {urls: {NAME: URL}, times, slower, program, modules}. The processor seems `slower` times
// slower than it is, as a telephone's: otherwise all is over within its noise. Pages take turns; a
// first round is not counted. A page is interactive at the end of the last long task (50 ms, W3C Long
// Tasks) before it keeps quiet, or when its scripts have run. Prints one line of JSON.
import { readFileSync } from "node:fs";

import { launch } from "../../../toolkit/browser/visit/browsers.mjs";
import { pause } from "./notebook.mjs";

/** How long a page must keep quiet, in milliseconds. */
const QUIET = 1500;

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** Note long tasks from the first line on. Runs in the page. */
function watch() {
  window.spec14Tasks = [];
  const note = (list) => window.spec14Tasks.push(...list.getEntries().map(({ startTime, duration }) => ({ startTime, duration })));
  new window.PerformanceObserver(note).observe({ type: "longtask", buffered: true });
}

/** What the page says of itself, in milliseconds. Runs in the page. */
function told() {
  const [{ domContentLoadedEventEnd, loadEventEnd }] = performance.getEntriesByType("navigation");
  const tasks = window.spec14Tasks;
  return {
    interactive: Math.max(domContentLoadedEventEnd, ...tasks.map(({ startTime, duration }) => startTime + duration)),
    loaded: loadEventEnd,
    longest: Math.max(0, ...tasks.map(({ duration }) => duration)),
  };
}

async function load(browser, url) {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    await page.emulateCPUThrottling(plan.slower);
    await page.evaluateOnNewDocument(watch);
    await page.goto(url, { waitUntil: "load" });
    await pause(QUIET);
    return await page.evaluate(told);
  } finally {
    await context.close();
  }
}

const browser = await launch({ ...plan, browser: "chrome" });
const names = Object.keys(plan.urls);
const found = Object.fromEntries(names.map((name) => [name, []]));
try {
  for (let round = 0; round <= plan.times; round += 1) {
    for (const name of round % 2 ? names : names.toReversed()) {
      const result = await load(browser, plan.urls[name]);
      if (round > 0) {
        found[name].push(result);
      }
    }
  }
} finally {
  await browser.close();
}
process.stdout.write(`${JSON.stringify(found)}\n`);
