"""Which package index this machine uses, as its pip is configured.

No host name stands in this package: clients know their default, and a company's mirror
stands in pip's configuration.
"""

import configparser
from collections.abc import Mapping


def pip_configuration(environ: Mapping[str, str]) -> dict[str, str]:
    """Give ``index-url`` and ``extra-index-url`` as pip would see them."""
    found: dict[str, str] = {}
    parser = configparser.RawConfigParser()
    parser.read([environ.get("PIP_CONFIG_FILE", "/etc/pip.conf")])
    for key in ("index-url", "extra-index-url"):
        value = environ.get(f"PIP_{key.upper().replace('-', '_')}") or parser.get(
            "global", key, fallback=""
        )
        if value:
            found[key] = value
    return found
