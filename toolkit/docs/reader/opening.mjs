// What a click opens: frames are followed, and the keyboard goes where the reader wants to type.
//
// A page can be used before this is here: upstream's own functions open frames then.
import { remember, reveal, watch } from "./ahead.mjs";
import { FRAME, framesHere, openers, PROMPTED, titleOf } from "./controls.mjs";
import { follow, forgetGone } from "./frames.mjs";
import { onNextPage } from "./instant.mjs";
import { BUTTON, giveTitle, reachPrompt } from "./workarounds.mjs";

/** Upstream's function, without what is added to it here. */
let showExample;

/**
 * Follow the frames that are there and those that will be. Frames that are not among the page's own
 * were opened while this was loaded.
 */
export function takeOver(own) {
  const { jupyterliteShowIframe: showPrompted, tryExamplesHideIframe: hideExample } = window;
  showExample = window.tryExamplesShowIframe;
  window.jupyterliteShowIframe = (button, ...rest) => {
    const container = document.getElementById(button).parentElement;
    showPrompted(button, ...rest);
    enter(container.querySelector(FRAME));
  };
  window.tryExamplesShowIframe = (examples, container, ...rest) => {
    const place = document.getElementById(container);
    const begun = reveal(place);
    showExample(examples, container, ...rest);
    const frame = place.querySelector(FRAME);
    enter(frame);
    if (begun) {
      focusNotebook(frame);
    }
    remember();
  };
  window.tryExamplesHideIframe = (examples, ...rest) => {
    hideExample(examples, ...rest);
    document.getElementById(examples).querySelector(BUTTON)?.focus();
  };
  meetPage(own);
  onNextPage(window, () => meetPage(framesHere()));
}

/** Make prompts of the page reachable, follow the frames that are there, and watch the buttons. */
function meetPage(own) {
  forgetGone();
  document.querySelectorAll(PROMPTED).forEach(reachPrompt);
  for (const frame of framesHere()) {
    if (own.has(frame)) {
      adopt(frame);
    } else {
      enter(frame);
      remember();
    }
  }
  watch(openers(), showExample, adopt);
}

function enter(frame) {
  adopt(frame);
  // It is where the button was: nothing has to move.
  frame.focus({ preventScroll: true });
}

/**
 * A notebook focuses its spinner, and the cell afterwards; one that was begun early had to wait
 * with that (remote.js of lite/labextension).
 */
function focusNotebook({ contentWindow: inside }) {
  const wanted = inside?.spec14Focus;
  const cell = inside?.document.querySelector(".jp-Notebook-cell.jp-mod-active");
  (wanted?.isConnected ? wanted : cell)?.focus({ preventScroll: true });
}

function adopt(frame) {
  giveTitle(frame, titleOf(frame));
  const container = frame.closest(".jupyterlite_sphinx_iframe_container");
  follow(frame, container ?? frame);
}
