// What lies around the buttons and frames of jupyterlite-sphinx in a documentation page.
import { explainHidden, meetPage, replaceAll, takeOver } from "./controls.mjs";
import { onNextPage } from "./instant.mjs";
import { lasting } from "./obstacles.mjs";
import { keepHidden, readAgain } from "./workarounds.mjs";

/** After upstream's own handler of a changed window, which waits 250 ms. */
const AFTER_UPSTREAM = 300;

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
  takeOver();
  meetPage();
  onNextPage(window, () => {
    meetPage();
    readAgain(window, SETTINGS.href);
  });
}
