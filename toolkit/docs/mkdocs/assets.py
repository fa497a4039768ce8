"""What pages load: the scripts around buttons, and nothing from another origin."""

import html
import shutil
from collections.abc import Collection, Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final

import jupyterlite_sphinx
from mkdocs.utils import get_relative_url

from toolkit.docs.reader import BEGINNING, FILES, FOLDER, IMPORTED, MARKS

PLACE: Final = f"_static/{FOLDER}"
"""Two folders below the site's root, where the scripts look for it."""
UPSTREAM: Final = Path(jupyterlite_sphinx.__file__).parent
SCRIPT: Final = "jupyterlite_sphinx.js"
STYLES: Final = ("jupyterlite_sphinx.css", "reader.css", "mkdocs.css")
OWN: Final = Path(__file__).parent / "mkdocs.css"

IN_PLACE: Final = "navigation.instant"
"""Feature of Material: a page's content takes the place of another's, and no script is loaded."""

ELSEWHERE: Final[Mapping[str, tuple[str, object, str]]] = {
    "material": ("font", False, "https://fonts.googleapis.com"),
    "mkdocs": ("highlightjs", False, "https://cdnjs.cloudflare.com"),
    "readthedocs": ("highlightjs", False, "https://cdnjs.cloudflare.com"),
}
"""Options of themes that have every page load something from another origin (mkdocs-material 9.8,
MkDocs 1.6), what switches that off, and the origin."""


def keep_to_the_site(
    theme: MutableMapping[str, Any], name: str | None, allowed: Collection[str]
) -> str | None:
    """Have a theme load nothing from another origin, unless that is allowed.

    Parameters
    ----------
    theme
        Its options.
    name
        What it is called.
    allowed
        Origins from which pages may load something.

    Returns
    -------
    str or None
        What was changed, for the user.
    """
    if name is None or name not in ELSEWHERE:
        return None
    option, off, origin = ELSEWHERE[name]
    if origin in allowed or theme.get(option) == off:
        return None
    theme[option] = off
    return (
        f"theme.{option} is off: pages would load from {origin} ([tool.spec14.docs] allow-origins)"
    )


def copy(site: Path) -> None:
    """Copy the scripts and styles into a site."""
    folder = site / PLACE
    folder.mkdir(parents=True, exist_ok=True)
    for file in (*FILES, OWN, UPSTREAM / SCRIPT, UPSTREAM / STYLES[0]):
        shutil.copyfile(file, folder / file.name)


def with_scripts(page: str, url: str, *, always: bool) -> str:
    """Name them in the head of a page that has a button.

    Parameters
    ----------
    page
        Its HTML.
    url
        Its address below the site's root.
    always
        Whether they are named in any page: Material loads none when it exchanges the content.
    """
    if not always and not any(mark in page for mark in MARKS):
        return page

    def at(name: str) -> str:
        return html.escape(get_relative_url(f"{PLACE}/{name}", url), quote=True)

    tags = [
        *(f'<link rel="stylesheet" href="{at(name)}">' for name in STYLES),
        *(f'<link rel="modulepreload" href="{at(name)}">' for name in IMPORTED),
        f'<script defer src="{at(SCRIPT)}"></script>',
        f'<script defer src="{at("from-file.js")}"></script>',
        f'<script type="module" src="{at(BEGINNING)}"></script>',
    ]
    return page.replace("</head>", "\n".join([*tags, "</head>"]), 1)
