// Visit pages of a site with a browser, as readers do: node visit.mjs PLAN.json
//
// The plan names browser, pages and limits; each result is a line of JSON on standard output.
// `toolkit/browser/audit.py` writes the one and reads the others.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { launch } from "./browsers.mjs";
import { explained, findControls, focusOn, shownFrames } from "./controls.mjs";
import { launchNotebook, opened, pause, runs } from "./kernel.mjs";
import { recordOf, toJson } from "./record.mjs";
import { listenForWays, nameOfFrame, wayOf, waysHeard } from "./ways.mjs";

const PHONE = { width: 390, height: 844, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
const DESK = { width: 1280, height: 900 };
const PHONE_AGENT =
  "Mozilla/5.0 (Linux; Android 16; Mobile) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0 Mobile Safari/537.36";
/** The kind of a control that is a page of JupyterLite itself. */
const APPLICATION = "application";
const SETTLE = 500;
const SOON = 100;

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));

/** Say how a job went; from when to when lets the server's part be found. */
const say = (result, { place, begun }) =>
  process.stdout.write(`${JSON.stringify({ ...result, place: place.number, from: begun, to: Date.now() })}\n`);

/** A reader who comes for the first time, on a page; gone at the end. */
async function reader(place, path, visit, { phone = false } = {}) {
  const context = await place.browser.createBrowserContext();
  const { record, listen } = recordOf(new URL(place.url).origin);
  try {
    const page = await context.newPage();
    listen(page);
    const paths = plan.lites.map((lite) => new URL(lite, place.url).pathname);
    await page.evaluateOnNewDocument(listenForWays, paths);
    await page.setViewport(phone ? PHONE : DESK);
    if (phone) {
      await page.setUserAgent({ userAgent: PHONE_AGENT });
    }
    await page.goto(new URL(path, place.url).href, { waitUntil: "load", timeout: plan.limits.page * 1000 });
    await pause(SETTLE);
    return await visit({ page, record, listen, context });
  } finally {
    await context.close();
  }
}

/** Look at a page as it is, without a click; give its controls. */
async function lookAt(place, path) {
  const begun = Date.now();
  return reader(place, path, async ({ page, record }) => {
    const loaded = await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
    const controls = await page.evaluate(findControls);
    say({ event: "page", path, seconds: loaded / 1000, controls, ...toJson(record) }, { place, begun });
    return controls;
  });
}

/** The same page on a phone: what is there has to open, what is not has to be explained. */
async function lookOnPhone(place, path) {
  const result = { event: "phone", path };
  const begun = Date.now();
  await reader(
    place,
    path,
    async ({ page, listen, context }) => {
      const controls = await page.evaluate(findControls);
      const visible = controls.filter((control) => control.visible);
      result.visible = visible.length;
      result.explained = await page.evaluate(explained);
      try {
        if (visible.length) {
          const there = await open(page, context, listen, visible[0]);
          await opened(there.frame, plan.limits.kernel);
        }
      } catch (error) {
        result.error = firstLine(error);
        result.picture = await picture(page, `phone-${path}`);
      }
    },
    { phone: true },
  );
  say(result, { place, begun });
}

/**
 * Open one control, or the application that the page is, and run a changed cell: JupyterLite calls a
 * kernel idle before it has started.
 */
async function tryOne(place, path, control) {
  const result = { event: "control", path, ...control };
  const begun = Date.now();
  await reader(place, path, async ({ page, record, listen, context }) => {
    const clicked = Date.now();
    const since = () => (Date.now() - clicked) / 1000;
    try {
      const there = await open(page, context, listen, control);
      result.what = await opened(there.frame, plan.limits.kernel);
      if (control.kind === APPLICATION && result.what === "browser") {
        await launchNotebook(there.frame);
        result.what = await opened(there.frame, plan.limits.kernel);
      }
      result.opened = since();
      if (result.what === "notebook" || result.what === "console") {
        const number = Math.floor(Math.random() * 9000) + 1000;
        const cell = { code: `print(${number} * 7919)`, expected: String(number * 7919) };
        const seconds = plan.limits.kernel;
        result.presses = await runs(there.page, there.frame, { what: result.what, ...cell, seconds });
        result.ran = since();
        // A tab that was opened is heard by the page that it was opened from.
        const heard = await page.evaluate(waysHeard);
        Object.assign(result, { start: wayOf(heard, await there.frame.evaluate(nameOfFrame)) });
      }
    } catch (error) {
      result.error = firstLine(error);
      result.picture = await picture(page, `${path}-${control.index}`);
    }
    Object.assign(result, toJson(record));
  });
  say(result, { place, begun });
}

const firstLine = (error) => error.message.split("\n")[0];

/** Click on a control, or press Enter on it; give the page and frame of what it opens. */
async function open(page, context, listen, control) {
  if (control.kind === APPLICATION) {
    return { page, frame: page.mainFrame() };
  }
  // The marks are of another load of the page: they are set anew, in the same order.
  await page.evaluate(findControls);
  const handle = await page.$(`[data-spec14-check="${control.index}"]`);
  if (!handle) {
    throw new Error("it is not there on the second visit");
  }
  if (control.kind === "frame") {
    await handle.evaluate((frame) => frame.scrollIntoView({ block: "center" }));
    return { page, frame: await handle.contentFrame() };
  }
  const before = { frames: await page.evaluate(shownFrames), pages: await context.pages(), url: page.url() };
  if (plan.keyboard) {
    if (!(await page.evaluate(focusOn, control.index))) {
      throw new Error("the keyboard does not get to it");
    }
    await page.keyboard.press("Enter");
  } else {
    await handle.click();
  }
  const end = Date.now() + plan.limits.open * 1000;
  while (Date.now() < end) {
    const tab = (await context.pages()).find((one) => !before.pages.includes(one));
    if (tab) {
      listen(tab);
      return { page: tab, frame: tab.mainFrame() };
    }
    if (page.url() !== before.url && !page.url().startsWith(`${before.url}#`)) {
      return { page, frame: page.mainFrame() };
    }
    const frame = await newest(page, before.frames);
    if (frame) {
      return { page, frame };
    }
    await pause(SOON);
  }
  throw new Error(`nothing opened within ${plan.limits.open} s`);
}

/** The frame of JupyterLite that has come since there were `before`. */
async function newest(page, before) {
  if ((await page.evaluate(shownFrames)) <= before) {
    return null;
  }
  const frames = await page.$$("iframe.jupyterlite_sphinx_iframe, iframe.jupyterlite_sphinx_raw_iframe");
  for (const handle of frames.reverse()) {
    if (await handle.isVisible()) {
      return handle.contentFrame();
    }
  }
  return null;
}

async function picture(page, name) {
  const file = `${plan.browser}-${name.replaceAll(/[^A-Za-z0-9._-]+/gu, "_")}.png`;
  try {
    await page.screenshot({ path: join(plan.pictures, file) });
    return file;
  } catch {
    return ""; // the page has crashed: there is nothing to see
  }
}

const applicationAt = (path) => ({
  index: 0,
  kind: APPLICATION,
  label: path.split("/index.html")[0].split("/").at(-1),
  near: "",
  visible: true,
});

/** Do jobs, one at a time at each place. */
async function several(places, jobs) {
  const queue = [...jobs];
  const work = async (place) => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      await job(place);
    }
  };
  await Promise.all(places.map(work));
}

async function visitAll(places) {
  const controls = [];
  await several(
    places,
    plan.pages.map((path) => async (place) => {
      const begun = Date.now();
      try {
        const found = await lookAt(place, path);
        controls.push(...found.filter(({ visible }) => visible).map((control) => ({ path, control })));
        if (found.length) {
          await lookOnPhone(place, path);
        }
      } catch (error) {
        say({ event: "unopened", path, error: firstLine(error) }, { place, begun });
      }
    }),
  );
  if (controls.length === 0) {
    // Nothing in the pages leads to JupyterLite: readers come to its applications themselves.
    controls.push(...plan.applications.map((path) => ({ path, control: applicationAt(path) })));
  }
  // In the order of the pages, whichever was first: two reports can be compared.
  controls.sort((one, other) => one.path.localeCompare(other.path) || one.control.index - other.control.index);
  await several(
    places,
    controls.map(({ path, control }) => async (place) => {
      const begun = Date.now();
      try {
        await tryOne(place, path, control);
      } catch (error) {
        say({ event: "control", path, ...control, error: firstLine(error) }, { place, begun });
      }
    }),
  );
}

// A browser for each place: only one tab of a browser has the keyboard.
const places = await Promise.all(
  plan.urls.map(async (url, number) => ({ number, url, browser: await launch(plan) })),
);
try {
  process.stdout.write(`${JSON.stringify({ event: "browser", version: await places[0].browser.version() })}\n`);
  await visitAll(places);
} finally {
  await Promise.all(places.map(({ browser }) => browser.close()));
}
