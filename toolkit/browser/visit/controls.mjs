// What a page offers to run: the buttons, prompts and frames of jupyterlite-sphinx (0.16 to 0.23),
// the badges of Sphinx-Gallery, and entries of mkdocstrings. Everything here runs in the page.

/** Give the controls of a page, in its order; each is marked so that it is found again. */
export function findControls() {
  const FRAME = "iframe.jupyterlite_sphinx_iframe, iframe.jupyterlite_sphinx_raw_iframe";
  const kinds = {
    example: ".try_examples_button",
    prompt: ".jupyterlite_sphinx_iframe_container[onclick], .jupyterlite_sphinx_iframe_container button",
    frame: FRAME,
    badge: ".lite-badge a[href]",
  };
  const found = [];
  for (const element of document.querySelectorAll(Object.values(kinds).join(", "))) {
    const opened = element.closest(".try_examples_outer_iframe");
    const inner = element.matches(kinds.example) && opened;
    if (inner || element.matches("[data-spec14-check] *")) {
      continue;
    }
    const kind = Object.keys(kinds).find((name) => element.matches(kinds[name]));
    element.dataset.spec14Check = String(found.length);
    const style = getComputedStyle(element);
    const { width, height } = element.getBoundingClientRect();
    const entry = element
      .closest("dl.py, .doc-object")
      ?.querySelector(":scope > dt[id], :scope > .doc-heading[id], :scope > a[id]");
    const section = element.closest("section[id]");
    found.push({
      index: found.length,
      kind,
      label: (element.textContent ?? "").trim().slice(0, 80),
      near: entry?.id ?? section?.id ?? "",
      visible: style.display !== "none" && style.visibility !== "hidden" && width > 0 && height > 0,
      reachable: element.matches("button, a[href], iframe, [tabindex]:not([tabindex='-1'])"),
    });
  }
  return found;
}

/** Put the keyboard on a control; false where it does not go there. */
export function focusOn(index) {
  const element = document.querySelector(`[data-spec14-check="${index}"]`);
  element.scrollIntoView({ block: "center" });
  element.focus();
  return document.activeElement === element;
}

/** The sources of the frames of JupyterLite that are shown. */
export function shownFrames() {
  const FRAME = "iframe.jupyterlite_sphinx_iframe, iframe.jupyterlite_sphinx_raw_iframe";
  return [...document.querySelectorAll(FRAME)].filter((frame) => frame.getClientRects().length).length;
}

/** Whether the page tells the reader of a small screen why nothing can be tried. */
export function explained() {
  return Boolean(document.querySelector(".spec14-obstacle"));
}
