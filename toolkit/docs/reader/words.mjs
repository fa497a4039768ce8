// All that a reader is told, in one place.

const MEGABYTE = 1e6;

const megabytes = (bytes) => (bytes / MEGABYTE).toFixed(1);

export const STAGES = {
  interface: "Loading the notebook",
  loading: "Loading Python and its packages",
  starting: "Starting Python",
  ready: "Python is ready",
  failed: "Python could not be started here",
};

export const SLOW = "This takes longer than usual.";
export const OFFLINE =
  "You are offline, and this browser has not kept all files of the example. Connect, then try again.";
export const UNREACHABLE = "The notebook's page could not be loaded.";
export const KEEPS_NOTHING =
  "This browser stores nothing for this site (a private window?): your changes may not be kept.";
/** How much of a reason is shown. */
const REASON = 120;

/** Why a start took longer than it had to; nothing is missing. */
export const longWay = (reason) =>
  `Python was started the long way: ${reason.length > REASON ? `${reason.slice(0, REASON - 1)}…` : reason}`;

export const AGAIN = "Try again";
export const NEW_TAB = "Open in a new tab";

/** Why nothing can run here; `what` is the label of the button. */
export const OBSTACLES = {
  webassembly: (what) =>
    `“${what}” does not work here: this browser has no WebAssembly, or it is switched off.`,
  workers: (what) => `“${what}” does not work here: this browser is too old to run Python beside a page.`,
  small: (what) => `“${what}” needs a window more than 480 pixels wide and high.`,
  phone: (what) => `“${what}” is not offered on phones and tablets: it loads tens of megabytes.`,
};

/** How much has come, in megabytes (10⁶ bytes). */
export function amount(loaded, total) {
  if (total > 0) {
    return `${megabytes(loaded)} of ${megabytes(total)} MB`;
  }
  return loaded > 0 ? `${megabytes(loaded)} MB` : "";
}

/** What runs in a frame, from `spec14-site.json`; without a record nothing is claimed. */
export function versions(record) {
  const parts = [];
  if (record?.wheel) {
    const [name, version] = record.wheel.split("-");
    parts.push(`${name.replaceAll("_", "-")} ${version} (${record.wheel})`);
  }
  if (record?.python) {
    parts.push(`Python ${record.python}`);
  }
  if (record?.pyodide) {
    parts.push(`Pyodide ${record.pyodide}`);
  }
  return parts.join(", ");
}

/** The title of a frame, from its address and from what the page is about there. */
export function frameTitle(src, about) {
  const url = new URL(src, "http://page.invalid/");
  const file = url.searchParams.get("path");
  const kind = url.pathname.includes("/repl/")
    ? "Python console"
    : url.pathname.includes("/lab/")
      ? "JupyterLab"
      : "Notebook";
  if (about) {
    return `${kind}: ${about}`;
  }
  return file ? `${kind}: ${file}` : kind;
}
