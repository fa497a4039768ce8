// What jupyterlite-sphinx 0.23.0 does in a page that a reader cannot do with, and the way round.
//
// Each function names the place in the source. A test for each fails once upstream has mended it
// (tests/unit/test_docs_reader_workarounds.py): then the function goes.

export const BUTTON = ".try_examples_button";

/** Our own class: upstream neither sets nor takes it. */
export const OFF = "spec14-off";

/**
 * Buttons that `ignore_patterns` hide stay hidden.
 *
 * The resize handler at the end of jupyterlite_sphinx.js takes the class `hidden` from every
 * button of the page, whatever set it; and a page that was opened in a small window never reads
 * the patterns, also when the window grows (`loadConfig` returns before).
 */
export function keepHidden(page, onSettled) {
  const load = page.loadTryExamplesConfig;
  let small = null;
  page.loadTryExamplesConfig = async (path) => {
    if (page.isMobileDevice()) {
      small = path;
    }
    await load(path);
    mark(page);
    onSettled();
  };
  page.addEventListener("resize", async () => {
    if (small === null || page.isMobileDevice()) {
      return;
    }
    const path = small;
    small = null;
    // Upstream's handler does so a little later: what is hidden then, a pattern hides.
    page.document.querySelectorAll(BUTTON).forEach((button) => button.classList.remove("hidden"));
    await readAgain(page, path);
  });
}

/** Read the patterns again, which upstream does once for all pages that are shown in this window. */
export async function readAgain(page, path) {
  // A name of the page's scripts, which is no property of `window`.
  // eslint-disable-next-line no-undef
  ConfigLoader.resetState();
  await page.loadTryExamplesConfig(path);
}

/** Mark the buttons that are hidden although the window is large enough. */
function mark(page) {
  if (page.isMobileDevice()) {
    return;
  }
  for (const button of page.document.querySelectorAll(`${BUTTON}.hidden`)) {
    button.classList.add(OFF);
  }
}

/**
 * The prompt of a frame can be reached and used with the keyboard, and opens one frame.
 *
 * `_PromptedIframe.html` writes a `<div onclick>` around a `<div>` with the text. A click on its
 * border opens a second frame.
 */
export function reachPrompt(container) {
  const prompt = container.querySelector(".jupyterlite_sphinx_try_it_button");
  prompt.setAttribute("role", "button");
  prompt.tabIndex = 0;
  prompt.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      prompt.click();
    }
  });
  container.addEventListener("click", () => container.removeAttribute("onclick"));
}

/**
 * A frame has a title. `_PromptedIframe.html` and `jupyterliteShowIframe` and
 * `tryExamplesShowIframe` of jupyterlite_sphinx.js make frames without.
 */
export function giveTitle(frame, title) {
  frame.title ||= title;
}
