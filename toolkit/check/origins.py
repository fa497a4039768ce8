"""Addresses of other origins: a reader's browser would ask somebody else for a part of a page.

Pages, style sheets and JupyterLite's configuration load what they name. In a script it can only
be guessed: what stands right behind ``import`` or ``fetch(`` is loaded, and told as a warning.
"""

import json
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from toolkit.check.findings import Finding
from toolkit.check.site import BuiltSite

CONFIGS: Final = ("jupyter-lite.json", "jupyter-lite.ipynb")
COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
LOADING: Final = re.compile(
    r"<(?:link|script|img|iframe|source|video|audio|track|embed|object|input)\b"
    r"""(?:"[^"]*"|'[^']*'|[^'">])*>""",
    re.IGNORECASE,
)
FOREIGN: Final = re.compile(r"(?:https?:)?//", re.IGNORECASE)
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
NAMED: Final = re.compile(r"""["'`](https?://[^"'`\s$]+)""")
LOADS: Final = re.compile(
    r"(?:\bimport\s*\(|\bfrom|\bimport|\bimportScripts\(|\bfetch\(|\bWorker\(|\.src\s*=)\s*$"
)
BEFORE: Final = 24
"""Characters before an address in which it shows whether it is loaded."""


def foreign(site: BuiltSite, allow_origins: Sequence[str] = ()) -> Iterator[Finding]:
    """Give what is loaded from other origins.

    Parameters
    ----------
    site
        The site.
    allow_origins
        Origins (``https://host``) from which pages may load something.
    """
    for file, url, where in _loaded(site):
        if _origin(url) not in allow_origins:
            copy = MATHJAX_COPY if "mathjax" in url.lower() else OWN_COPY
            yield Finding(
                kind="foreign",
                file=site.name(file),
                what=f"loads {url} from another origin{where}",
                do=f"{copy}; or name {_origin(url)!r} in [tool.spec14.docs] allow-origins",
            )
    yield from _default_runtimes(site)
    for file in site.of(".js", ".mjs"):
        for url, line in _in_script(file.read_text("utf-8", "replace")):
            if _origin(url) not in allow_origins:
                yield Finding(
                    kind="foreign-script",
                    severity="warning",
                    file=site.name(file),
                    line=line,
                    what=f"names {url} where a script loads something",
                    do="see whether a visit gets there: spec14 check opens browsers",
                )


def _in_script(text: str) -> Iterator[tuple[str, int]]:
    """Give the addresses that a script seems to load, with their lines."""
    for match in NAMED.finditer(text):
        place = match.start()
        if LOADS.search(text, max(0, place - BEFORE), place):
            yield match[1], text.count("\n", 0, place) + 1


def unreadable(site: BuiltSite) -> Iterator[Finding]:
    """Give the JSON files that are none."""
    for file in site.of(".json", ".ipynb", ".webmanifest"):
        try:
            json.loads(file.read_text("utf-8"))
        except ValueError as error:
            yield Finding(
                kind="unreadable",
                severity="error" if site.of_application(file) else "warning",
                file=site.name(file),
                line=getattr(error, "lineno", 0),
                what=f"is not JSON: {error}",
                do="correct the file that it was made from",
            )


def _default_runtimes(site: BuiltSite) -> Iterator[Finding]:
    """Give the kernels that start what their package names: a runtime from a CDN."""
    for lite in site.lites:
        loaded = json.dumps(lite.config.get("federated_extensions", []))
        if "pyodide-kernel-extension" in loaded and "pyodideUrl" not in lite.kernel:
            yield Finding(
                kind="foreign",
                file=site.name(lite.folder / "jupyter-lite.json"),
                what="names no pyodideUrl: the kernel loads its runtime from a CDN",
                do="build the site with a copy of the runtime (spec14 docs, or --pyodide)",
            )


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url.strip(), scheme="https")
    except ValueError:
        return url.strip()  # such as "http://[": nobody can allow it
    return f"{parts.scheme}://{parts.netloc}"


def _loaded(site: BuiltSite) -> Iterator[tuple[Path, str, str]]:
    for file in site.files:
        if file.name in CONFIGS and site.in_lite(file):
            for key, url in _foreign_values(_json(file)):
                yield file, url, f" ({key})"
    for page in site.of(".html"):
        for url in foreign_in_page(page.read_text("utf-8", "replace")):
            yield page, url, ""
    for sheet in site.of(".css"):
        for url in STYLE_URL.findall(sheet.read_text("utf-8", "replace")):
            yield sheet, url, ""


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except ValueError:
        return None  # said by `unreadable`


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
    return FOREIGN.match(url.strip()) is not None


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
