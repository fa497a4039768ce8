"""The header table as configuration of Caddy (https://caddyserver.com/docs/), 2.6 and later."""

from typing import Final

from toolkit.serve.encodings import ENCODINGS
from toolkit.serve.headers import HASHED, IMMUTABLE, REVALIDATE
from toolkit.serve.hosting import Hosting, suffixes_by_type
from toolkit.serve.media import UNKNOWN

HEAD: Final = """\
# Written by spec14 serve --export caddy: a Caddyfile. For a public site put its name in the
# place of http://:PORT and take bind away: Caddy then brings the certificate, too.
"""
PAGE: Final = "(?:^|/)[^.]*$"
"""Paths without a suffix: folders, whose page is sent."""


def caddy(hosting: Hosting) -> str:
    """Give a Caddyfile."""
    # In the place of the name it would be the only Host that is answered.
    address, _, port = hosting.listen.rpartition(":")
    inner = [*_types(), *_caching(), *_headers(hosting), *_files(hosting)]
    if hosting.base != "/":
        below = hosting.base.rstrip("/")
        inner = [
            *(f"redir {path} {hosting.base} 307" for path in ("/", below)),
            f"handle_path {below}/* {{",
            *(f"\t{line}" for line in inner),
            "}",
            "handle {",
            *(f"\t{line}" for line in _headers(hosting)),
            "\terror 404",
            "}",
        ]
    return "\n".join(
        [
            HEAD,
            f"http://:{port} {{",
            f"\tbind {address.strip('[]')}",
            *(f"\t{line}" for line in (*inner, *_errors(hosting))),
            "}",
            "",
        ]
    )


def _types() -> list[str]:
    return [
        "map {path} {spec14_type} {",
        f'\t~{PAGE} "text/html; charset=utf-8"',
        *(
            f'\t~(?i)\\.(?:{"|".join(suffixes)})$ "{name}"'
            for name, suffixes in suffixes_by_type().items()
        ),
        f'\tdefault "{UNKNOWN}"',
        "}",
    ]


def _caching() -> list[str]:
    return [
        "map {path} {spec14_cache_control} {",
        *(f'\t~{pattern} "{IMMUTABLE}"' for pattern in HASHED),
        f'\tdefault "{REVALIDATE}"',
        "}",
    ]


def _headers(hosting: Hosting) -> list[str]:
    return [f'header {name} "{value}"' for name, value in (*hosting.headers,)]


def _files(hosting: Hosting) -> list[str]:
    order = " ".join(encoding.name for encoding in ENCODINGS)
    return [
        "header >Content-Type {spec14_type}",
        "header Cache-Control {spec14_cache_control}",
        f"root * {hosting.site}",
        f"file_server {{\n\t\tprecompressed {order}\n\t}}",
    ]


def _errors(hosting: Hosting) -> list[str]:
    return [
        "handle_errors {",
        *(f"\t{line}" for line in _headers(hosting)),
        f'\theader Cache-Control "{REVALIDATE}"',
        '\theader >Content-Type "text/html; charset=utf-8"',
        f"\troot * {hosting.site}",
        "\t@page file /404.html",
        "\thandle @page {",
        "\t\trewrite * /404.html",
        "\t\tfile_server",
        "\t}",
        "}",
    ]
