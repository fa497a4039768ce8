// What is begun before a click, and for whom. Pure: what the browser says is handed in.

/** What a button's click hands to upstream's `tryExamplesShowIframe`, or null for other buttons. */
export function opens(onclick) {
  const call = /\btryExamplesShowIframe\(([^)]*)\)/u.exec(onclick ?? "");
  return call && [...call[1].matchAll(/'([^']*)'/gu)].map(([, word]) => word);
}

/** Whether nothing may be loaded that was not asked for. */
export const isThrifty = (connection) =>
  Boolean(connection?.saveData) || /^(?:slow-)?[23]g$/u.test(connection?.effectiveType ?? "");

/**
 * What the pointer or the keyboard on a button is answered with: the whole notebook ("frame"), or
 * the interface's scripts for the browser to keep ("scripts"). A pressed button will be clicked. One
 * that is pointed at may not be: a notebook is tens of megabytes on a first visit, so then it is
 * begun for those only who have opened one here before, and have its files.
 */
export function answerTo(event, { thrifty, opened }) {
  const { type, pointerType, button } = event;
  if (type === "pointerdown" && pointerType !== "touch") {
    return button === 0 ? "frame" : null;
  }
  if (thrifty) {
    return null;
  }
  return type === "pointermove" && pointerType !== "touch" && opened ? "frame" : "scripts";
}
