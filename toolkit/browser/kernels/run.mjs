// Run cells in a site's kernels: node run.mjs PLAN.json
//
// The plan names browser, page and jobs; each result is a line of JSON on standard output.
// `toolkit/browser/kernels.py` writes the one and reads the others.
import { readFileSync } from "node:fs";

import { launch } from "../visit/browsers.mjs";
import { recordOf, toJson } from "../visit/record.mjs";
import { execute, isBusy, listenToLog, start } from "./page.mjs";
import { shown } from "./shown.mjs";

const SOON = 20;

/** After an error that nobody caught: how long a kernel may still take to start, or to answer. */
const GRACE = { start: 15_000, cell: 2000 };
const LEAVE = 10_000;
const LINES = 60;

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (result) => process.stdout.write(`${JSON.stringify(result)}\n`);
const firstLine = (error) => String(error?.message ?? error).split("\n")[0];

/** A page whose console and whose troubles are kept. */
async function newPage(context) {
  const page = await context.newPage();
  const { record, listen } = recordOf(new URL(plan.page).origin);
  listen(page);
  const heard = { record, console: [], error: null, refused: "", crash: "" };
  page.on("console", (message) => {
    const text = message.text();
    heard.console.push(`${message.type()}: ${text}`);
    if (message.type() === "error" && text.startsWith("kernel: ")) {
      heard.refused ||= firstLine(text.slice("kernel: ".length));
    }
  });
  page.on("pageerror", (error) => {
    heard.console.push(`uncaught: ${error?.message ?? error}`);
    heard.error ??= { at: Date.now(), text: firstLine(error) };
  });
  page.on("error", (error) => {
    heard.crash = firstLine(error) || "the page crashed";
  });
  await page.evaluateOnNewDocument(listenToLog);
  return { page, heard };
}

/** Wait for work in a page; say how it ended where it did not: `overdue`, or what it `died` of. */
async function ended(work, { heard, ms, died }) {
  const found = {};
  work.then(
    (value) => Object.assign(found, { value, came: true }),
    (error) => Object.assign(found, { died: firstLine(error), came: true }),
  );
  const end = Date.now() + ms;
  while (!found.came) {
    if (Date.now() >= end) {
      return { overdue: true };
    }
    const reason = heard.crash || (await died());
    if (reason) {
      return { died: reason };
    }
    await pause(SOON);
  }
  return found;
}

/** Open the page and start a kernel; give why there is none. */
async function begin(page, heard, job) {
  const died = () => heard.refused || (isOld(heard.error, GRACE.start) ? heard.error.text : "");
  const work = async () => {
    await page.goto(plan.page, { waitUntil: "load", timeout: plan.start });
    await page.waitForFunction("window.jupyterapp", { timeout: plan.start });
    await page.evaluate(start, job.kernel, job.folder);
  };
  const found = await ended(work(), { heard, ms: plan.start * 2, died });
  return found.overdue ? `it took more than ${(plan.start * 2) / 1000} s` : (found.died ?? "");
}

const isOld = (error, grace) => error !== null && Date.now() - error.at > grace;

/** Run the cells of a job, one after the other, until one fails that may not. */
async function runCells(page, heard, job) {
  const result = { cells: [], overdue: false, died: "" };
  const died = async () => {
    // An error of the page's own is none of the kernel's.
    const gone = isOld(heard.error, GRACE.cell) && !(await page.evaluate(isBusy).catch(() => false));
    return gone ? heard.error.text : "";
  };
  const end = Date.now() + job.limit;
  for (const { source, mayFail } of job.cells) {
    heard.error = null;
    const found = await ended(page.evaluate(execute, source), { heard, ms: end - Date.now(), died });
    if (!found.value) {
      return { ...result, overdue: found.overdue ?? false, died: found.died ?? "" };
    }
    const cell = shown(found.value.messages, found.value.reply);
    result.cells.push(cell);
    if (cell.failure && !mayFail) {
      break;
    }
  }
  return result;
}

/** Do a job; say whether its kernel started. */
async function carryOut(browser, job) {
  const begun = Date.now();
  const context = await browser.createBrowserContext();
  try {
    const { page, heard } = await newPage(context);
    const reason = await begin(page, heard, job);
    if (reason) {
      say({ event: "unstarted", job: job.number, reason, console: heard.console.slice(-LINES) });
      return false;
    }
    const started = Date.now() - begun;
    const result = await runCells(page, heard, job);
    const { foreign } = toJson(heard.record);
    say({ event: "ran", job: job.number, ...result, start: started, took: Date.now() - begun, foreign });
    return true;
  } finally {
    // A worker that never ends is ended with it.
    await Promise.race([context.close().catch(() => {}), pause(LEAVE)]);
  }
}

const browser = await launch(plan);
try {
  const queue = plan.jobs.map((job, number) => ({ ...job, number }));
  const work = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      if (!(await carryOut(browser, job))) {
        queue.length = 0;
      }
    }
  };
  await Promise.all(Array.from({ length: plan.workers }, work));
} finally {
  await Promise.race([browser.close().catch(() => {}), pause(LEAVE)]);
  browser.process()?.kill("SIGKILL");
}
process.exit(0);
