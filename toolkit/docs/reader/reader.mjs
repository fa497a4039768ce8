// What lies around the buttons and frames of jupyterlite-sphinx in a documentation page.
import { explainHidden, framesHere, replaceAll } from "./controls.mjs";
import { onNextPage } from "./instant.mjs";
import { lasting } from "./obstacles.mjs";
import { keepHidden, readAgain } from "./workarounds.mjs";

/** After upstream's own handler of a changed window, which waits 250 ms. */
const AFTER_UPSTREAM = 300;

/** What a reader does before a click. */
const STIRS = ["pointermove", "pointerdown", "keydown", "focusin"];

const SETTINGS = new URL("../../try_examples.json", import.meta.url);

const obstacle = lasting(window);
if (obstacle) {
  const explainAll = () => replaceAll(obstacle);
  explainAll();
  onNextPage(window, explainAll);
} else {
  let waiting;
  keepHidden(window, explainHidden);
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(explainHidden, AFTER_UPSTREAM);
  });
  let own = framesHere();
  onNextPage(window, () => {
    own = framesHere();
    readAgain(window, SETTINGS.href);
  });
  whenWanted(own.size > 0, async () => {
    const { takeOver } = await import("./opening.mjs");
    takeOver(own);
  });
}

/**
 * Load what a click needs after what the page needs: at once where frames are there, otherwise when
 * the reader stirs, or the page has nothing else to do.
 */
function whenWanted(atOnce, load) {
  const there = new AbortController();
  let asked = false;
  const begin = async () => {
    if (asked) {
      return;
    }
    asked = true;
    try {
      await load();
      there.abort();
    } finally {
      // Where the line was down, the next stir asks again.
      asked = there.signal.aborted;
    }
  };
  if (atOnce) {
    begin();
  }
  for (const event of STIRS) {
    window.addEventListener(event, begin, { signal: there.signal, passive: true });
  }
  // Safari has no idle time to offer.
  const atLeisure = () => (window.requestIdleCallback ?? setTimeout)(begin);
  if (document.readyState === "complete") {
    atLeisure();
  } else {
    window.addEventListener("load", atLeisure, { once: true });
  }
}
