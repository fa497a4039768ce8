// An open application of JupyterLite (0.5 to 0.8): is its kernel ready, and does a cell run?
const SOON = 250;

/** How long a cell may take to show that it was started, before Shift+Enter is pressed again. */
const HEARD = 5000;
const PRESSES = 6;

/** How long something without a cell has to stand before it is taken for all that comes. */
const SETTLED = 10_000;

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * What of the application can be seen. Runs in the frame. Behind its spinner a notebook is empty: the
 * one cell that it has then goes when its content comes.
 */
function look() {
  const has = (selector) => Boolean(document.querySelector(selector));
  const error = document.querySelector(".jp-Dialog-content, .jp-mod-error");
  return {
    idle: has(".jp-Notebook-ExecutionIndicator[data-status=idle]"),
    cell: has(".jp-Notebook .jp-CodeCell .cm-content") && !has(".jp-MainAreaWidget > .jp-Spinner"),
    console: has(".jp-CodeConsole-promptCell .cm-content"),
    browser: has(".jp-Launcher, .jp-DirListing"),
    notebook: has(".jp-Notebook"),
    dialog: error?.textContent?.trim().slice(0, 200) ?? "",
  };
}

/**
 * Wait until something can be run; give what it is: "notebook", "console", "document" (without code)
 * or "browser" (of files). That a kernel is idle says nothing: it is called so before it has started.
 */
export async function opened(frame, seconds) {
  const end = Date.now() + seconds * 1000;
  let seen = {};
  let [plain, since] = ["", 0];
  while (Date.now() < end) {
    try {
      seen = await frame.evaluate(look);
    } catch {
      seen = {}; // the frame is between two documents
    }
    if (seen.cell) {
      return "notebook";
    }
    if (seen.console) {
      return "console";
    }
    const now = withoutCells(seen, frame.url());
    [plain, since] = [now, now === plain ? since : Date.now()];
    if (plain && Date.now() - since >= SETTLED) {
      return plain;
    }
    await pause(SOON);
  }
  const what = seen.dialog ? `it says: ${seen.dialog}` : seen.notebook ? "it has no cells" : "it shows nothing";
  throw new Error(`after ${seconds} s ${what}`);
}

/** What there may be besides cells; the list of files is there for a moment before a notebook, too. */
function withoutCells(seen, url) {
  if (seen.notebook) {
    return seen.idle ? "document" : "";
  }
  return seen.browser && !new URL(url).searchParams.has("path") ? "browser" : "";
}

/** Start what the launcher of JupyterLab offers first: a notebook, where there is a kernel at all. */
export async function launchNotebook(frame) {
  const card = await frame.$(".jp-Launcher .jp-LauncherCard[data-category=Notebook]");
  if (!card) {
    throw new Error("its launcher offers no notebook: there is no kernel");
  }
  await card.click();
}

/** Write `code` into the first cell (or the prompt), run it, and wait for `expected` in an output. */
export async function runs(page, frame, { what, code, expected, seconds }) {
  const editor = `${what === "console" ? ".jp-CodeConsole-promptCell" : ".jp-CodeCell"} .cm-content`;
  const end = Date.now() + seconds * 1000;
  await write(page, frame, { editor, code, end });
  let presses = 0;
  let again = 0;
  while (Date.now() < end) {
    // Early ones can be dropped while the kernel starts.
    if (presses < PRESSES && Date.now() >= again) {
      await frame.evaluate(focusIn, editor);
      await press(page, "Shift", "Enter");
      presses += 1;
      again = Date.now() + HEARD;
    }
    if (await frame.evaluate(shows, expected)) {
      return presses;
    }
    if (await frame.evaluate(isBusy)) {
      again = Date.now() + HEARD;
    }
    await pause(SOON);
  }
  throw new Error(`a changed cell did not show its output within ${seconds} s`);
}

/** Replace what stands in an editor; while a notebook is opened, its cells are made more than once. */
async function write(page, frame, { editor, code, end }) {
  while (Date.now() < end) {
    if (await frame.evaluate(focusIn, editor)) {
      await press(page, "Control", "a");
      // Not key by key: the editor would close brackets and indent by itself.
      await frame.evaluate((text) => document.execCommand("insertText", false, text), code);
      await pause(SOON);
      if ((await frame.evaluate(textIn, editor)) === code) {
        return;
      }
    }
    await pause(SOON);
  }
  throw new Error("its cell cannot be written into");
}

function focusIn(selector) {
  const element = document.querySelector(selector);
  element?.scrollIntoView({ block: "center" });
  element?.focus();
  return Boolean(element) && document.activeElement === element;
}

function textIn(selector) {
  const lines = document.querySelectorAll(`${selector} .cm-line`);
  const cell = lines[0]?.closest(".cm-content");
  return [...lines].filter((line) => line.closest(".cm-content") === cell).map((line) => line.textContent).join("\n");
}

async function press(page, modifier, key) {
  await page.keyboard.down(modifier);
  await page.keyboard.press(key);
  await page.keyboard.up(modifier);
}

function shows(expected) {
  const outputs = document.querySelectorAll(".jp-OutputArea-output");
  return [...outputs].some((output) => output.textContent.includes(expected));
}

function isBusy() {
  const prompts = [...document.querySelectorAll(".jp-InputPrompt")];
  return prompts.some((prompt) => prompt.textContent.includes("[*]"));
}
