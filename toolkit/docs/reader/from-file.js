// A page opened from a disk: a browser loads neither notebooks nor modules from there, hence this
// script of the old kind beside reader.mjs.
if (window.location.protocol === "file:") {
  const controls =
    ".try_examples_button_container, .try_examples_button, .jupyterlite_sphinx_iframe_container, " +
    "iframe.jupyterlite_sphinx_raw_iframe";
  for (const control of document.querySelectorAll(controls)) {
    if (control.isConnected && !control.closest(".try_examples_outer_iframe")) {
      const note = document.createElement("span");
      note.className = "spec14-obstacle";
      note.textContent =
        "Examples run only from a web server: this page was opened from a file. " +
        "“spec14 serve” is one, “python -m http.server” another.";
      control.replaceWith(note);
    }
  }
}
