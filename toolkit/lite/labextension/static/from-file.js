// A page of JupyterLite opened from a disk: a browser loads none of it from there, and would show
// an empty page. A script of the old kind, which runs there.
if (window.location.protocol === "file:") {
  window.addEventListener("DOMContentLoaded", () => {
    const note = document.createElement("p");
    note.style.cssText = "margin: 3rem auto; max-width: 40rem; padding: 0 1rem; font: 1.1rem/1.5 system-ui, sans-serif";
    note.textContent =
      "Notebooks run only from a web server: this page was opened from a file. " +
      "“spec14 serve” is one, “python -m http.server” another.";
    document.body.replaceChildren(note);
  });
}
