// Notebooks and scripts that are begun before the click: see intent.mjs for whom.
import { forget } from "./frames.mjs";
import { answerTo, isThrifty, opens } from "./intent.mjs";

/** How long a pointer rests on a button before it means it, in milliseconds. */
const REST = 80;

/** How long a notebook that nobody opens is kept, in milliseconds: it has some hundred megabytes. */
const KEPT = 30_000;

/** How long a button is in view before its scripts are fetched, in milliseconds. */
const SEEN = 1_000;

const AHEAD = "spec14-ahead";
const OPENED = "spec14-opened";
const NEEDED = "link[rel='preload'][as='script'], link[rel='modulepreload']";

/** The one notebook that was begun and is not open. */
let begun = null;

/** Remember that this browser has opened a notebook here. */
export function remember() {
  try {
    window.localStorage.setItem(OPENED, "yes");
  } catch {
    // It is begun at the click then.
  }
}

function hasOpened() {
  try {
    return window.localStorage.getItem(OPENED) !== null;
  } catch {
    return false;
  }
}

/** Watch buttons; `show` is upstream's function. */
export function watch(buttons, show, adopt) {
  const reader = () => ({ thrifty: isThrifty(navigator.connection), opened: hasOpened() });
  for (const button of buttons) {
    const words = opens(button.getAttribute("onclick"));
    if (!words) {
      continue;
    }
    const answer = (event) => {
      const what = answerTo(event, reader());
      if (what === "frame") {
        begin(words, show, adopt);
      } else if (what === "scripts") {
        fetchScripts(words);
      }
    };
    let resting = null;
    const gone = () => {
      clearTimeout(resting);
      resting = null;
    };
    button.addEventListener("pointermove", (event) => {
      resting ??= setTimeout(answer, REST, event);
    });
    button.addEventListener("pointerleave", gone);
    // It is the page then that moves, under a pointer that rests.
    window.addEventListener("scroll", gone, { passive: true });
    button.addEventListener("pointerdown", answer);
    button.addEventListener("focus", answer);
    whenSeen(button, () => fetchScripts(words));
  }
}

/**
 * Begin a notebook in the place where it will be shown: a frame that is moved begins anew. It has
 * its width and no height, cannot be reached, and takes no focus.
 */
function begin(words, show, adopt) {
  const [examples, container, outer] = words.map((word) => document.getElementById(word));
  if (container.querySelector("iframe")) {
    return;
  }
  discard();
  const { offsetWidth: width } = examples;
  show(...words);
  examples.classList.remove("hidden");
  outer.classList.add(AHEAD);
  outer.style.width = `${width}px`;
  outer.inert = true;
  adopt(container.querySelector("iframe"));
  begun = { container, outer, timer: setTimeout(discard, KEPT) };
}

/** Let a notebook be seen that was begun, if it is the one in `container`; say whether it is. */
export function reveal(container) {
  if (begun?.container !== container) {
    discard();
    return false;
  }
  const { outer, timer } = begun;
  clearTimeout(timer);
  begun = null;
  lay(outer);
  return true;
}

/** Put things back as they were before. */
function discard() {
  if (begun) {
    const { container, outer, timer } = begun;
    clearTimeout(timer);
    begun = null;
    forget(container.querySelector("iframe"));
    container.replaceChildren();
    lay(outer);
    outer.classList.add("hidden");
  }
}

/** Lay an element out as upstream's style has it. */
function lay(outer) {
  outer.classList.remove(AHEAD);
  outer.style.width = "";
  outer.inert = false;
}

/** Pages of the interface whose scripts were fetched. */
const fetched = new Set();

/** Have the browser keep the scripts that the interface's page names. */
async function fetchScripts([, , , address]) {
  const page = new URL(address, document.baseURI);
  page.search = "";
  if (fetched.has(page.href)) {
    return;
  }
  fetched.add(page.href);
  const answer = await fetch(page).catch(() => null);
  const text = answer?.ok ? await answer.text() : "";
  for (const named of new DOMParser().parseFromString(text, "text/html").querySelectorAll(NEEDED)) {
    const link = document.createElement("link");
    link.rel = "prefetch";
    link.as = "script";
    link.href = new URL(named.getAttribute("href"), page);
    document.head.append(link);
  }
}

/** Call once, when the page is there, has nothing to do, and the element has been in view for a while. */
function whenSeen(element, call) {
  // Where the browser does not say that the line is fast, nothing is loaded unasked.
  if (navigator.connection?.effectiveType !== "4g" || isThrifty(navigator.connection)) {
    return;
  }
  let waiting;
  const observer = new IntersectionObserver((entries) => {
    clearTimeout(waiting);
    if (entries.at(-1).isIntersecting) {
      waiting = setTimeout(() => {
        observer.disconnect();
        requestIdleCallback(call);
      }, SEEN);
    }
  });
  const observe = () => observer.observe(element);
  if (document.readyState === "complete") {
    observe();
  } else {
    window.addEventListener("load", observe, { once: true });
  }
}
