// What lies around the buttons and frames of jupyterlite-sphinx in a documentation page.
import { explainHidden, replaceAll, takeOver } from "./controls.mjs";
import { lasting } from "./obstacles.mjs";
import { keepHidden } from "./workarounds.mjs";

/** After upstream's own handler of a changed window, which waits 250 ms. */
const AFTER_UPSTREAM = 300;

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
  takeOver();
}
