// Starts kernels both ways in a browser and tells what they show: node gate.mjs PLAN.json, which
// ../gate.py writes. One line of JSON on standard output.
import { readFileSync } from "node:fs";

import { launch } from "../visit/browsers.mjs";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** Runs in the page. */
async function look(settings) {
  const { look: lookAt } = await import(settings.script);
  return lookAt(settings);
}

/** A visit: a browser's memory of its own, so that nothing is kept from the one before. */
async function visit(browser, url) {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    await page.goto(new URL("gate.html", url).href, { waitUntil: "load", timeout: plan.limit });
    const settings = { ...plan.kernel, base: url, script: new URL("kernel.mjs", plan.root).href };
    return await page.evaluate(look, settings);
  } finally {
    await context.close();
  }
}

const browser = await launch(plan);
try {
  const found = [];
  for (const url of plan.urls) found.push(await visit(browser, url));
  process.stdout.write(`${JSON.stringify({ version: await browser.version(), found })}\n`);
} catch (error) {
  // What comes last is what the builder is told.
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await browser.close();
}
