// The buttons and prompts of a page: why one is not there, and where the keyboard goes.
import { remember, reveal, watch } from "./ahead.mjs";
import { follow, forgetGone } from "./frames.mjs";
import { ofWindow } from "./obstacles.mjs";
import { BUTTON, giveTitle, OFF, reachPrompt } from "./workarounds.mjs";
import { frameTitle, OBSTACLES } from "./words.mjs";

const FRAME = "iframe.jupyterlite_sphinx_iframe, iframe.jupyterlite_sphinx_raw_iframe";
const PROMPTED = ".jupyterlite_sphinx_iframe_container[onclick]";
const OPENED = ".try_examples_outer_iframe";
const HIDDEN = "hidden";

/** Buttons that open something; those of an opened frame do not. */
const openers = () => [...document.querySelectorAll(BUTTON)].filter((button) => !button.closest(OPENED));

const labelOf = (control) => control.textContent.trim();

/** In the place of each control: why nothing can run in this browser. */
export function replaceAll(obstacle) {
  for (const button of openers()) {
    button.classList.add(OFF);
    explain(button, obstacle);
  }
  for (const prompt of document.querySelectorAll(PROMPTED)) {
    prompt.replaceWith(noteOf(obstacle, labelOf(prompt)));
  }
  for (const frame of document.querySelectorAll(FRAME)) {
    frame.replaceWith(noteOf(obstacle, titleOf(frame)));
  }
}

/** Say of each button that upstream hides in this window why; take the note back when it is shown. */
export function explainHidden() {
  const { innerWidth: width, innerHeight: height } = window;
  const obstacle = ofWindow({ width, height, mobile: window.isMobileDevice() });
  for (const button of openers()) {
    const hidden = button.classList.contains(HIDDEN) && !button.classList.contains(OFF);
    explain(button, hidden ? obstacle : null);
  }
}

function explain(button, obstacle) {
  const next = button.nextElementSibling;
  const there = next?.classList.contains("spec14-obstacle") ? next : null;
  if (there?.dataset.obstacle === (obstacle ?? undefined)) {
    return;
  }
  there?.remove();
  if (obstacle) {
    button.after(noteOf(obstacle, labelOf(button)));
  }
}

function noteOf(obstacle, label) {
  const note = document.createElement("span");
  note.className = "spec14-obstacle";
  note.dataset.obstacle = obstacle;
  note.textContent = OBSTACLES[obstacle](label);
  return note;
}

/** Upstream's function, without what is added to it here. */
let showExample;

/** Follow the frames that will be. */
export function takeOver() {
  const { jupyterliteShowIframe: showPrompted, tryExamplesHideIframe: hideExample } = window;
  showExample = window.tryExamplesShowIframe;
  window.jupyterliteShowIframe = (button, ...rest) => {
    const container = document.getElementById(button).parentElement;
    showPrompted(button, ...rest);
    enter(container);
  };
  window.tryExamplesShowIframe = (examples, container, ...rest) => {
    const place = document.getElementById(container);
    const begun = reveal(place);
    showExample(examples, container, ...rest);
    enter(place);
    if (begun) {
      focusNotebook(place.querySelector(FRAME));
    }
    remember();
  };
  window.tryExamplesHideIframe = (examples, ...rest) => {
    hideExample(examples, ...rest);
    document.getElementById(examples).querySelector(BUTTON)?.focus();
  };
}

/** Make prompts of the page reachable, follow the frames that are there, and watch the buttons. */
export function meetPage() {
  forgetGone();
  document.querySelectorAll(PROMPTED).forEach(reachPrompt);
  document.querySelectorAll(FRAME).forEach(adopt);
  watch(openers(), showExample, adopt);
}

function enter(container) {
  const frame = container.querySelector(FRAME);
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

const titleOf = (frame) => frameTitle(frame.getAttribute("src"), subjectOf(frame));

const HEADINGS = "h1, h2, h3, h4, h5, h6";

/** What the page is about around an element: the documented object, or the heading above. */
function subjectOf(element) {
  // The entries of Sphinx, and of mkdocstrings.
  const entry = element.closest("dl.py, .doc-object");
  const named = entry?.querySelector(":scope > dt[id], :scope > .doc-heading[id], :scope > a[id]");
  if (named) {
    return named.id;
  }
  const heading = element.closest("section")?.querySelector(HEADINGS) ?? lastBefore(element, HEADINGS);
  const text = [...(heading?.childNodes ?? [])].filter((node) => !node.classList?.contains("headerlink"));
  return text.map((node) => node.textContent).join("").trim();
}

/** The last element that fits and stands before another: MkDocs's headings have no sections. */
function lastBefore(element, fitting) {
  const stands = (one) => one.compareDocumentPosition(element) & one.DOCUMENT_POSITION_FOLLOWING;
  return [...document.querySelectorAll(`article :is(${fitting}), [role="main"] :is(${fitting})`)]
    .filter(stands)
    .at(-1);
}
