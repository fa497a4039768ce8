// One reader of a documentation page, who comes twice: node visit.mjs PLAN.json
//
// A browser that knows nothing; the page; a click on the button of a function; its example changed
// and run. Then the page is closed and all of it done again. Prints a line of JSON for each visit.
// `tests/benchmarks/compare_clicks.py` writes the plan: {url, page, function, conditions, limit,
// restart, program, modules}; `limit` is in seconds, `conditions` are those of
// Network.emulateNetworkConditions.
import { readFileSync } from "node:fs";

import { launch } from "../../../toolkit/browser/visit/browsers.mjs";
import { watch } from "./marks.mjs";
import { memoryOfTab } from "./memory.mjs";
import { watchNetwork } from "./network.mjs";
import { Notebook, pause } from "./notebook.mjs";

/** How long a page is looked at before the click, and a result before the reader leaves. */
const READING = 1000;

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const limit = plan.limit * 1000;

const number = () => Math.floor(Math.random() * 9000) + 1000;

/** Open the page, click, run a changed example; give the times since the click in seconds. */
async function visit(browser, network, kind) {
  const from = Date.now();
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error?.message ?? error)));
  await page.evaluateOnNewDocument(watch);
  await page.goto(new URL(plan.page, plan.url).href, { waitUntil: "load", timeout: limit });
  await pause(READING);
  await click(page);
  const frame = await page.waitForFrame((one) => /\/(notebooks|tree)\//u.test(one.url()), { timeout: limit });
  const notebook = new Notebook(page, frame, limit);
  const shown = await notebook.marked("interface");
  const result = await runChanged(notebook);
  const clicked = await page.evaluate(() => window.spec14Bench.marks.click);
  const since = (time) => (time - clicked) / 1000;
  const kernel = await frame.evaluate(() => window.spec14Bench.marks.kernel);
  const times = {
    interface: since(shown),
    kernel: kernel === undefined ? null : since(kernel),
    cell: since(result),
  };
  const memory = await memoryOfTab(browser);
  await pause(READING);
  const { downlink, effectiveType, rtt } = await page.evaluate(() => {
    const { downlink, effectiveType, rtt } = navigator.connection ?? {};
    return { downlink, effectiveType, rtt };
  });
  const requests = network.requestsSince(from);
  const to = Date.now();
  const restart = plan.restart && kind === "warm" ? await restarted(notebook) : null;
  await page.close();
  return {
    ...{ kind, from, to, clicked, times, memory, restart, presses: notebook.presses, errors },
    ...{ connection: { downlink, effectiveType, rtt }, requests, browser: await browser.version() },
  };
}

async function click(page) {
  const handle = await page.evaluateHandle((name) => {
    const entry = document.getElementById(name)?.closest("dl.py");
    const button = (entry ?? document).querySelector("button.try_examples_button");
    button.scrollIntoView({ block: "center" });
    return button;
  }, plan.function);
  await handle.click();
}

/** Change the example's input and run it, after cells before it that install something. */
async function runChanged(notebook) {
  const first = await notebook.firstExample();
  const height = number();
  const code = [
    "import numpy as np",
    "import ripple",
    `string = np.array([0, 0, 0, 0, ${2 * height}, 0, 0, 0, 0])`,
    "ripple.propagate(string, steps=3, courant=1.0)",
  ].join("\n");
  await notebook.write(first, code);
  const found = await notebook.expect(`${height}.`);
  const all = async () => {
    for (let cell = 0; cell < first; cell += 1) {
      await notebook.start(cell);
    }
    await notebook.start(first, code);
  };
  await all();
  return found(all);
}

/** Restart the kernel and run something; give the seconds until its output is there. */
async function restarted(notebook) {
  const value = number();
  // What the kernel before knew must be gone: otherwise this would be its answer.
  const code = `print("string" in globals(), ${value} * 7919)`;
  await notebook.write(0, code);
  const began = await notebook.restart();
  const found = await notebook.expect(`False ${value * 7919}`);
  await notebook.start(0, code);
  return ((await found(() => notebook.start(0, code))) - began) / 1000;
}

const browser = await launch({ ...plan, browser: "chrome" });
try {
  const network = await watchNetwork(browser, plan.conditions);
  for (const kind of ["cold", "warm"]) {
    process.stdout.write(`${JSON.stringify(await visit(browser, network, kind))}\n`);
  }
} catch (error) {
  if (plan.picture) {
    await (await browser.pages()).at(-1)?.screenshot({ path: plan.picture });
  }
  throw error;
} finally {
  await browser.close();
}
