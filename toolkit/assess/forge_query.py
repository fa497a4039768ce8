"""Runs in a process of its own: asks conda channels which packages they have for the target.

::

    python forge_query.py REQUEST RESULT

Its Python is the one of the xeus tools, which has py-rattler and nothing of ours. The request is
JSON: ``channels``, ``names``, ``cache``, ``configuration``; the result: ``versions`` by name and
``reason``, empty where all went well.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rattler import Channel, Client, Config, Gateway, SourceConfig

PLATFORMS: Final = ("emscripten-wasm32", "noarch")


async def versions(request: Mapping[str, Any]) -> dict[str, str]:
    """Give the newest version of each name that a channel has."""
    configuration = Config.load_from_default_locations("pixi")
    if request["configuration"]:
        configuration = configuration.merge(Config.load_from_files(request["configuration"]))
    gateway = Gateway(
        cache_dir=Path(request["cache"]) / "index",
        default_config=SourceConfig(cache_action="cache-or-fetch"),
        client=Client.from_config(configuration),
    )
    found: dict[str, Any] = {}
    answers = await gateway.query(
        sources=[Channel(url) for url in request["channels"]],
        platforms=list(PLATFORMS),
        specs=list(request["names"]),
        recursive=False,
    )
    for records in answers:
        for record in records:
            name = record.name.normalized
            if name not in found or record.version > found[name]:
                found[name] = record.version
    return {name: str(version) for name, version in found.items()}


def main() -> None:
    """Read the request, write the result."""
    request, result = (Path(word) for word in sys.argv[1:3])
    told: dict[str, Any] = {"versions": {}, "reason": ""}
    try:
        told["versions"] = asyncio.run(versions(json.loads(request.read_text("utf-8"))))
    except Exception as error:  # noqa: BLE001 - rattler has a class for each of its parts
        told["reason"] = (str(error).strip() or type(error).__name__).splitlines()[0]
    result.write_text(json.dumps(told), "utf-8")


if __name__ == "__main__":
    main()
