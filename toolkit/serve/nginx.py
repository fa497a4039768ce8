"""The header table as configuration of nginx (https://nginx.org/en/docs/), 1.22 and later."""

from typing import Final

from toolkit.serve.headers import HASHED, IMMUTABLE, REVALIDATE
from toolkit.serve.hosting import Hosting, suffixes_by_type
from toolkit.serve.media import UNKNOWN

HEAD: Final = """\
# Written by spec14 serve --export nginx: a file for the http block (conf.d or sites-enabled).
# Brotli and zstd copies are sent where their modules are loaded, Brotli's last (nginx asks the
# last one first): take the # away below.
"""


def nginx(hosting: Hosting) -> str:
    """Give a configuration for nginx's ``http`` block."""
    types = [
        f'        "{name}" {" ".join(suffixes)};' for name, suffixes in suffixes_by_type().items()
    ]
    return "\n".join(
        [
            HEAD,
            *_caching(),
            "",
            "server {",
            f"    listen {hosting.listen};",
            "    server_tokens off;",
            "    absolute_redirect off;",
            "    etag on;",
            "    gzip off;",
            "    gzip_vary on;",
            "    gzip_static on;",
            "    # brotli_static on;",
            "    # zstd_static on;",
            *(f'    add_header {name} "{value}" always;' for name, value in hosting.headers),
            "    add_header Cache-Control $spec14_cache_control always;",
            f"    default_type {UNKNOWN};",
            "    types {",
            *types,
            "    }",
            *_place(hosting),
            "}",
            "",
        ]
    )


def _caching() -> list[str]:
    """Give the map of paths: what was not found is never kept."""
    return [
        "map $status:$uri $spec14_cache_control {",
        f'    default "{REVALIDATE}";',
        *(f'    "~^(?:200|206|304):.*{pattern}" "{IMMUTABLE}";' for pattern in HASHED),
        "}",
    ]


def _place(hosting: Hosting) -> list[str]:
    if hosting.base == "/":
        return [
            f"    root {hosting.site};",
            "    index index.html;",
            "    error_page 404 /404.html;",
        ]
    return [
        f"    location = / {{ return 307 {hosting.base}; }}",
        f"    location = {hosting.base.rstrip('/')} {{ return 307 {hosting.base}; }}",
        "    location / { return 404; }",
        f"    location {hosting.base} {{",
        f"        alias {hosting.site}/;",
        "        index index.html;",
        "    }",
        f"    error_page 404 {hosting.base}404.html;",
    ]
