"""The media types do not depend on the machine."""

import mimetypes

import pytest

from toolkit.serve.media import media_type


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pyodide.asm.wasm", "application/wasm"),
        ("pyodide.mjs", "text/javascript"),
        ("bundle.js", "text/javascript"),
        ("demo-1.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl", "application/octet-stream"),
        ("pyodide.asm.data", "application/octet-stream"),
        ("pyodide-lock.json", "application/json"),
        ("tutorial.ipynb", "application/x-ipynb+json"),
        ("logo.svg", "image/svg+xml"),
        ("font.woff2", "font/woff2"),
        ("python_stdlib.zip", "application/zip"),
        ("index.html", "text/html"),
        ("theme.css", "text/css"),
        ("bundle.js.map", "application/json"),
        ("SHOUTED.HTML", "text/html"),
        ("LICENSE", "application/octet-stream"),
        (".nojekyll", "application/octet-stream"),
        ("what.is-this", "application/octet-stream"),
    ],
)
def test_media_type(name: str, expected: str) -> None:
    assert media_type(name) == expected


def test_the_machines_own_table_is_not_asked() -> None:
    mimetypes.add_type("text/plain", ".wasm")
    try:
        assert media_type("a.wasm") == "application/wasm"
    finally:
        mimetypes.init()
