// A line above each frame: what its start is doing, then which versions run in it.
import { begin, heard, looked, over, shown } from "./progress.mjs";
import { keepsFiles } from "./obstacles.mjs";
import { AGAIN, KEEPS_NOTHING, NEW_TAB, STAGES, versions } from "./words.mjs";

const LITE = new URL("../../lite/", import.meta.url);
const RECORD = new URL("../../spec14-site.json", import.meta.url);

/** How often a frame that starts is looked into, in milliseconds. */
const LOOK = 50;

/** The frames of this page that were started, by the name that their workers have. */
const frames = new Map();
let channel;

/** Show the start of `frame` above the element `place`. */
export function follow(frame, place) {
  if (frame.dataset.spec14) {
    return;
  }
  const name = `spec14-${Math.random().toString(36).slice(2)}`;
  frame.dataset.spec14 = name;
  const parts = build(frame);
  place.before(parts.box);
  const followed = { name, frame, parts, start: begin(performance.now()) };
  frames.set(name, followed);
  listen();
  parts.again.addEventListener("click", () => restart(followed));
  look(followed);
  describe(followed);
}

/** Follow a frame no longer that is taken away. */
export function forget(frame) {
  const followed = frames.get(frame.dataset.spec14);
  if (followed) {
    frames.delete(followed.name);
    followed.parts.box.remove();
  }
}

/** Follow no frames any longer that went with their page. */
export function forgetGone() {
  for (const { frame } of [...frames.values()]) {
    if (!frame.isConnected) {
      forget(frame);
    }
  }
}

function listen() {
  if (channel) {
    return;
  }
  // The name is that of spec14-progress.mjs: a worker knows its own site's Lite folder, too.
  channel = new BroadcastChannel(`spec14-start:${LITE.pathname}`);
  channel.onmessage = ({ data }) => {
    const followed = frames.get(data.frame);
    if (followed) {
      hear(followed, data);
    }
  };
}

/** Take in a message; a kernel that is restarted in the frame begins anew. */
function hear(followed, message) {
  const wasOver = over(followed.start);
  update(followed, heard(followed.start, message, performance.now()));
  if (wasOver && !over(followed.start)) {
    look(followed);
  }
}

function restart(followed) {
  const { frame } = followed;
  const { parentNode, nextSibling } = frame;
  followed.start = begin(performance.now());
  // Put in again, the frame begins empty: the error page that may be there cannot be looked into.
  frame.remove();
  parentNode.insertBefore(frame, nextSibling);
  frame.focus();
  look(followed);
  describe(followed);
}

/** Look into the frame until its start is over. */
function look(followed) {
  if (over(followed.start) || !frames.has(followed.name)) {
    return;
  }
  update(followed, looked(followed.start, inside(followed), performance.now()));
  setTimeout(() => look(followed), LOOK);
}

/** What can be seen in the frame; an error page of the browser's has no document for us. */
function inside({ name, frame }) {
  const there = frame.contentWindow;
  let address;
  try {
    address = there.location.href;
  } catch {
    return { bytes: 0, reachable: false };
  }
  if (address === "about:blank") {
    return { bytes: 0, reachable: true };
  }
  if (!there.spec14) {
    there.spec14 = name;
    there.Worker = named(there.Worker, name);
  }
  const { document, performance: times } = there;
  const missing = document.readyState === "complete" && !document.querySelector("#jupyter-config-data");
  const entries = times.getEntriesByType("resource");
  const bytes = entries.reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0);
  return { bytes, reachable: !missing };
}

/** The frame's `Worker`, whose workers bear the name of the frame: so their messages can be told apart. */
function named(Worker, name) {
  return class extends Worker {
    constructor(url, options) {
      super(url, { name, ...options });
      this.addEventListener("error", ({ message }) => {
        const reason = message || `${url} could not be loaded`;
        hear(frames.get(name), { stage: "failed", reason });
      });
    }
  };
}

function build(frame) {
  const box = element("div", "spec14-start");
  const text = element("span", "spec14-stage");
  text.setAttribute("role", "status");
  const amount = element("span", "spec14-amount");
  const bar = element("div", "spec14-bar");
  bar.setAttribute("role", "progressbar");
  bar.setAttribute("aria-label", STAGES.loading);
  const come = bar.appendChild(element("div", "spec14-come"));
  const why = element("p", "spec14-why");
  why.setAttribute("role", "alert");
  const help = element("p", "spec14-help");
  const again = element("button", "spec14-again", AGAIN);
  again.type = "button";
  const tab = element("a", "spec14-tab", NEW_TAB);
  tab.href = frame.getAttribute("src");
  tab.target = "_blank";
  help.append(again, " ", tab);
  const way = element("p", "spec14-way");
  const note = element("p", "spec14-note");
  const running = element("p", "spec14-versions");
  const line = element("p", "spec14-line");
  line.append(text, " ", amount);
  box.append(line, bar, why, help, way, note, running);
  return { box, text, amount, bar, come, why, help, again, way, note, running };
}

function update(followed, start) {
  followed.start = start;
  const { parts, frame } = followed;
  const view = shown(start, { now: performance.now(), online: navigator.onLine });
  parts.box.dataset.stage = start.stage;
  // Only what changed is written: a screen reader says each change of the line.
  write(parts.text, view.line);
  write(parts.amount, view.amount);
  write(parts.why, view.why);
  write(parts.way, view.way);
  parts.help.hidden = !view.help;
  if (view.share === null) {
    parts.bar.removeAttribute("aria-valuenow");
    parts.come.style.width = "0";
  } else {
    parts.bar.setAttribute("aria-valuenow", String(Math.round(view.share * 100)));
    parts.come.style.width = `${view.share * 100}%`;
  }
  if (over(start)) {
    // Upstream's turns on and on behind a frame that shows nothing.
    frame.parentElement?.querySelector(".jupyterlite_sphinx_spinner")?.remove();
  }
}

const write = (element, text) => {
  if (element.textContent !== text) {
    element.textContent = text;
  }
};

/** Say what runs there, and whether the browser keeps what the reader writes. */
function describe({ parts }) {
  fetch(RECORD).then(
    async (answer) => write(parts.running, versions(answer.ok ? await answer.json() : null)),
    () => write(parts.running, ""),
  );
  keepsFiles(window).then((keeps) => write(parts.note, keeps ? "" : KEEPS_NOTHING));
}

function element(name, style, text = "") {
  const made = document.createElement(name);
  made.className = style;
  made.textContent = text;
  return made;
}
