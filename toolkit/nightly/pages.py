"""The files of an index that clients read, made of its wheels and nothing else.

For pip and uv the simple index, as HTML (PEP 503, with PEP 658 and 714 for metadata files) and
as JSON (PEP 691, 700); micropip reads the HTML, since 0.11.1 leaves relative addresses in JSON
as they are (``micropip/package_index.py``). For piplite ``all.json``
(``piplite.v0.schema.json`` of jupyterlite-pyodide-kernel 0.8.6). The JSON pages have the name
that bandersnatch gives them, so that its recipes for servers serve these too.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from toolkit.nightly.entry import Entry

HTML: Final = "index.html"
JSON: Final = "index.v1_json"
PIPLITE: Final = "all.json"
HEADERS: Final = "_headers"
API: Final = {"api-version": "1.1"}
JSON_TYPE: Final = "application/vnd.pypi.simple.v1+json"

_TEMPLATES: Final = Environment(
    loader=PackageLoader("toolkit.nightly", "."),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def pages(entries: Sequence[Entry], base_url: str) -> dict[str, bytes]:
    """Give the files of an index, by their paths in it; the wheels are not among them.

    Parameters
    ----------
    entries
        Its wheels, sorted by name and version.
    base_url
        Address of the index, with a slash at its end: wheels are named by it; empty: they are
        named relative to the page.
    """
    projects = {name: tuple(group) for name, group in groupby(entries, lambda entry: entry.name)}
    made: dict[str, bytes] = {
        HTML: _rendered("root.html.jinja", names=list(projects)),
        JSON: _json({"meta": API, "projects": [{"name": name} for name in projects]}),
        PIPLITE: _json(
            {name: _piplite(files, base_url or "./") for name, files in projects.items()}
        ),
        HEADERS: headers(base_url).encode(),
    }
    for name, files in projects.items():
        where = f"{base_url}{name}/" if base_url else ""
        made[f"{name}/{HTML}"] = _rendered(
            "project.html.jinja", name=name, files=[(where + quote(e.file), e) for e in files]
        )
        made[f"{name}/{JSON}"] = _json(_project(name, files, where))
        made |= {f"{name}/{e.file}.metadata": e.metadata for e in files}
    return made


def headers(base_url: str) -> str:
    """Give the headers for Netlify and Cloudflare Pages, in the form of their ``_headers`` files.

    A browser of another site may read the index (CORS), and the JSON pages have the type by
    which clients know them. A wheel never changes under its name.

    Parameters
    ----------
    base_url
        Address of the index; its path is where on the host the index lies.
    """
    path = urlsplit(base_url).path.rstrip("/")
    rules: Mapping[str, Mapping[str, str]] = {
        "/*": {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"},
        f"/{JSON}": {"Content-Type": JSON_TYPE},
        f"/*/{JSON}": {"Content-Type": JSON_TYPE},
    }
    lines = []
    for pattern, fields in rules.items():
        lines += [path + pattern, *(f"  {name}: {value}" for name, value in fields.items())]
    return "\n".join(lines) + "\n"


def _project(name: str, files: Iterable[Entry], where: str) -> dict[str, Any]:
    files = list(files)
    return {
        "meta": API,
        "name": name,
        "versions": list(dict.fromkeys(str(entry.version) for entry in files)),
        "files": [_file(entry, where) for entry in files],
    }


def _file(entry: Entry, where: str) -> dict[str, Any]:
    metadata = {"sha256": entry.metadata_sha256}
    about: dict[str, Any] = {
        "filename": entry.file,
        "url": where + quote(entry.file),
        "hashes": {"sha256": entry.sha256},
        "size": entry.size,
        "core-metadata": metadata,
        "dist-info-metadata": metadata,
    }
    if entry.requires_python:
        about["requires-python"] = entry.requires_python
    return about


def _piplite(files: Iterable[Entry], base_url: str) -> dict[str, Any]:
    releases: dict[str, list[dict[str, Any]]] = {}
    for entry in files:
        releases.setdefault(str(entry.version), []).append(
            {
                "comment_text": "",
                "digests": {"md5": entry.md5, "sha256": entry.sha256},
                "downloads": -1,
                "filename": entry.file,
                "has_sig": False,
                "md5_digest": entry.md5,
                "packagetype": "bdist_wheel",
                "python_version": "py3",
                "requires_python": entry.requires_python or None,
                "size": entry.size,
                "url": f"{base_url}{entry.name}/{quote(entry.file)}",
                "yanked": False,
                "yanked_reason": None,
            }
        )
    return {"releases": releases}


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1) + "\n").encode()


def _rendered(template: str, **values: Any) -> bytes:
    return _TEMPLATES.get_template(template).render(**values).encode()
