// In every page while `spec14 serve --watch` runs: says what the build does, and loads the page
// again when a new site is there. An error stays to be read; so does the site from before it.
const events = new URL("events", import.meta.url);

const STYLE = `
:host { all: initial; position: fixed; inset: auto 0 0 0; z-index: 2147483647;
  font: 14px/1.5 system-ui, sans-serif; color-scheme: light dark }
section { max-height: 60vh; overflow: auto; padding: .5rem 1rem; color: #fff; background: #1f4e79 }
section.failed { background: #8b1a1a }
section:empty { display: none }
pre { font: 13px/1.4 ui-monospace, monospace; white-space: pre-wrap; margin: .5rem 0 0 }
button { float: right; font: inherit }
`;

const host = document.createElement("spec14-live");
const shadow = host.attachShadow({ mode: "open" });
const style = document.createElement("style");
style.textContent = STYLE;
const section = document.createElement("section");
section.setAttribute("role", "status");
shadow.append(style, section);

/** The site that this page is of; an older or newer one is loaded instead. */
let shown;

function show({ site, building, error }) {
  shown ??= site;
  if (site !== shown) {
    window.location.reload();
    return;
  }
  section.replaceChildren();
  section.classList.toggle("failed", Boolean(error) && !building);
  if (building) {
    section.append("Building the documentation again …");
  } else if (error) {
    const close = document.createElement("button");
    close.textContent = "Close";
    close.addEventListener("click", () => section.replaceChildren());
    const what = document.createElement("strong");
    what.textContent = "The build failed. You see the site from before it.";
    const said = document.createElement("pre");
    said.textContent = error;
    section.append(close, what, said);
  }
}

let source;

/** Listen while the page is looked at: a browser has six connections for all tabs of a site. */
function listen() {
  source?.close();
  source = document.hidden ? null : new EventSource(events);
  source?.addEventListener("message", (event) => show(JSON.parse(event.data)));
}

document.body.append(host);
document.addEventListener("visibilitychange", listen);
listen();
