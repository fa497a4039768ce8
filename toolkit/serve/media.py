"""The media types of a site's files, from one table and not from the machine's.

``mimetypes`` reads ``/etc/mime.types`` and the Windows registry: the same site would be sent
differently from two machines, and with ``nosniff`` a module or ``.wasm`` of a wrong type does
not run at all.
"""

from pathlib import PurePath
from typing import Final

UNKNOWN: Final = "application/octet-stream"

# The IANA registry (https://www.iana.org/assignments/media-types) where it has the type. Types
# that begin with text/ get "; charset=utf-8" from Starlette.
MEDIA_TYPES: Final = {
    # pages
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".css": "text/css",
    ".js": "text/javascript",  # RFC 9239
    ".mjs": "text/javascript",
    ".cjs": "text/javascript",
    ".wasm": "application/wasm",  # any other type stops WebAssembly.instantiateStreaming
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    # data
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".v1_json": "application/vnd.pypi.simple.v1+json",  # PEP 691, of `spec14 index`
    ".geojson": "application/geo+json",
    ".ipynb": "application/x-ipynb+json",
    ".xml": "application/xml",
    ".atom": "application/atom+xml",
    ".rss": "application/rss+xml",
    ".yaml": "application/yaml",  # RFC 9512
    ".yml": "application/yaml",
    ".toml": "application/toml",
    ".data": UNKNOWN,
    ".inv": UNKNOWN,
    # text
    ".txt": "text/plain",
    ".rst": "text/plain",
    ".log": "text/plain",
    ".md": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".py": "text/x-python",
    ".pyi": "text/x-python",
    # archives
    ".zip": "application/zip",
    ".gz": "application/gzip",
    ".tgz": "application/gzip",
    ".tar": "application/x-tar",
    ".bz2": "application/x-bzip2",
    ".xz": "application/x-xz",
    ".zst": "application/zstd",
    # A wheel is a ZIP file, but Safari unpacks application/zip as it downloads it.
    ".whl": UNKNOWN,
    ".metadata": UNKNOWN,
    # pictures, sound, letters
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".ico": "image/vnd.microsoft.icon",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
    ".eot": "application/vnd.ms-fontobject",
    ".pdf": "application/pdf",
}


def media_type(name: str) -> str:
    """Give the media type of a file by its name's last suffix (in any case)."""
    return MEDIA_TYPES.get(PurePath(name).suffix.lower(), UNKNOWN)


def content_type(name: str) -> str:
    """Give the ``Content-Type`` of a file, as Starlette writes it: text says its encoding."""
    kind = media_type(name if PurePath(name).suffix else f"file{name}")
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
