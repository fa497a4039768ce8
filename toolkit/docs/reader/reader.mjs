// What lies around the buttons and frames of jupyterlite-sphinx in a documentation page.
import { explainHidden, FRAME, replaceAll } from "./controls.mjs";
import { lasting } from "./obstacles.mjs";
import { keepHidden } from "./workarounds.mjs";

/** After upstream's own handler of a changed window, which waits 250 ms. */
const AFTER_UPSTREAM = 300;

/** What a reader does before a click. */
const STIRS = ["pointermove", "pointerdown", "keydown", "focusin"];

const obstacle = lasting(window);
if (obstacle) {
  replaceAll(obstacle);
} else {
  let waiting;
  keepHidden(window, explainHidden);
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(explainHidden, AFTER_UPSTREAM);
  });
  whenWanted(new Set(document.querySelectorAll(FRAME)));
}

/**
 * Load what a click needs after what the page needs: at once for `frames` that are there, otherwise
 * when the reader stirs, or the page has nothing else to do.
 */
function whenWanted(frames) {
  const there = new AbortController();
  let asked = false;
  const begin = async () => {
    if (asked) {
      return;
    }
    asked = true;
    try {
      const { takeOver } = await import("./opening.mjs");
      there.abort();
      takeOver(frames);
    } finally {
      // Where the line was down, the next stir asks again.
      asked = there.signal.aborted;
    }
  };
  if (frames.size > 0) {
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
