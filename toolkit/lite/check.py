"""A look at a built site before it is published.

A site that fails here would fail at the reader's, with a message in a console nobody
sees: an entry of the lock without its file, a page that loads from another origin.
"""

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from toolkit.archive import file_sha256
from toolkit.data.ship import FOLDER, MANIFEST, check_data
from toolkit.errors import LiteFailed
from toolkit.lite.config import LOCK, PYODIDE, labextensions, read_json

CONFIGS: Final = ("jupyter-lite.json", "jupyter-lite.ipynb")
SOURCE_MAPS: Final = ("*.js.map", "*.mjs.map", "*.css.map")
COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
LOADING: Final = re.compile(
    r"<(?:link|script|img|iframe|source|video|audio|track|embed|object|input)\b"
    r"""(?:"[^"]*"|'[^']*'|[^'">])*>""",
    re.IGNORECASE,
)
STYLE: Final = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
STYLE_URL: Final = re.compile(r"""(?:@import\s+|url\(\s*)["']?((?:https?:)?//[^"')\s;]+)""")
URL_ATTRIBUTES: Final = frozenset({"src", "href", "data", "poster"})
OWN_COPY: Final = "serve a copy from the documentation's static files"
MATHJAX_COPY: Final = "set mathjax_path to a copy in html_static_path, or use sphinx.ext.imgmath"
LOADING_LINKS: Final = frozenset(
    {
        "apple-touch-icon",
        "dns-prefetch",
        "icon",
        "manifest",
        "mask-icon",
        "modulepreload",
        "preconnect",
        "prefetch",
        "preload",
        "stylesheet",
    }
)


def check_site(site: Path, *, lite: Path, allow_origins: Sequence[str] = ()) -> int:
    """Check a site and give the number of its pages.

    Parameters
    ----------
    site
        The whole site.
    lite
        The JupyterLite site in it.
    allow_origins
        Origins (``https://host``) from which pages may load something.

    Raises
    ------
    LiteFailed
        Naming the file.
    """
    check_lock(lite / PYODIDE)
    check_extensions(lite)
    if (lite / FOLDER / MANIFEST).is_file():
        check_data(lite / FOLDER)
    for pattern in SOURCE_MAPS:
        for stray in site.rglob(pattern):
            msg = f"{stray.relative_to(site)} is a source map"
            raise LiteFailed(msg, do="leave it out of the documentation's static files")
    for file, url, where in _foreign(site, lite):
        parts = urlsplit(url.strip(), scheme="https")
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in allow_origins:
            msg = f"{file.relative_to(site)} loads {url} from another origin{where}"
            copy = MATHJAX_COPY if "mathjax" in url.lower() else OWN_COPY
            raise LiteFailed(
                msg, do=f"{copy}; or name {origin!r} in [tool.spec14.docs] allow-origins"
            )
    return sum(not page.is_relative_to(lite) for page in site.rglob("*.html"))


def check_lock(folder: Path) -> None:
    """Check that each entry of the lock is there, is what it should be, and finds its own."""
    packages = read_json(folder / LOCK)["packages"]
    for name, entry in packages.items():
        file = folder / entry["file_name"]
        if not file.is_file():
            msg = f"{folder / LOCK}: {name} names {entry['file_name']}, which is not there"
            raise LiteFailed(msg, do="build the site again")
        if file_sha256(file) != entry["sha256"]:
            msg = f"{file} is not the file that the lock describes"
            raise LiteFailed(msg, do="build the site again")
        if missing := sorted(set(entry["depends"]) - packages.keys()):
            msg = f"{folder / LOCK}: {name} depends on {', '.join(missing)}, not in the lock"
            raise LiteFailed(msg, do="add the wheel to the site")


def check_extensions(lite: Path) -> None:
    """Check that each labextension in the site is loaded, and each one loaded is there."""
    loaded = labextensions(lite / "jupyter-lite.json")
    there = sorted(
        str(file.parent.relative_to(lite / "extensions"))
        for pattern in ("*/package.json", "@*/*/package.json")
        for file in (lite / "extensions").glob(pattern)
    )
    if loaded != there:
        odd = ", ".join(sorted({*loaded} ^ {*there}))
        msg = f"{lite / 'extensions'}: {odd} is not both there and loaded"
        raise LiteFailed(msg, do="name it in federated_extensions, or remove it")


def foreign_in_page(html: str) -> Iterator[str]:
    """Give the URLs of other origins that a browser loads by itself with a page."""
    text = COMMENT.sub("", html)
    for tag in LOADING.findall(text):
        # One each: after <script> a parser takes all that follows for its text.
        parser = _Loads()
        parser.feed(tag)
        yield from parser.found
    for style in STYLE.findall(text):
        yield from STYLE_URL.findall(style)


class _Loads(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element loads."""
        values = {key: value or "" for key, value in attrs}
        if tag == "link" and LOADING_LINKS.isdisjoint(values.get("rel", "").lower().split()):
            return
        urls = [value for key, value in values.items() if key in URL_ATTRIBUTES]
        urls += [part.split()[0] for part in values.get("srcset", "").split(",") if part.strip()]
        self.found += [url for url in urls if is_foreign(url)]


def is_foreign(url: str) -> bool:
    """Tell whether a URL names a host of its own."""
    text = url.strip()
    return text.startswith("//") or urlsplit(text).scheme in {"http", "https"}


def _foreign(site: Path, lite: Path) -> Iterator[tuple[Path, str, str]]:
    for name in CONFIGS:
        for file in sorted(lite.rglob(name)):
            for key, url in _foreign_values(read_json(file)):
                yield file, url, f" ({key})"
    for page in sorted(site.rglob("*.html")):
        for url in foreign_in_page(page.read_text("utf-8", "replace")):
            yield page, url, ""
    for sheet in sorted(site.rglob("*.css")):
        if not sheet.is_relative_to(lite):
            for url in STYLE_URL.findall(sheet.read_text("utf-8", "replace")):
                yield sheet, url, ""


def _foreign_values(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from _foreign_values(inner, f"{key}.{name}" if key else str(name))
        case list():
            for inner in value:
                yield from _foreign_values(inner, key)
        case str() if is_foreign(value):
            yield key, value
        case _:
            return
