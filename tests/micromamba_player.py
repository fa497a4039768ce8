"""Plays the command line of micromamba 2.8.1, with py-rattler: for tests, where there is none.

The words that it takes, and the JSON that it writes, are those of micromamba's source: ``create``
in a dry run with ``--json``, and from an explicit list. Run by the Python that has rattler.
"""

import argparse
import asyncio
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from rattler import Channel, Gateway, RepoDataRecord, Subdir, install, solve
from rattler.exceptions import SolverError


def words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="micromamba create", allow_abbrev=False)
    for name in ("yes", "json", "offline", "override-channels", "dry-run"):
        parser.add_argument(f"--{name}", action="store_true")
    for name in ("platform", "root-prefix", "prefix", "file"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--channel", action="append", default=[])
    # It takes every word up to the next option.
    parser.add_argument("--rc-file", action="extend", nargs="+", default=[])
    parser.add_argument("specs", nargs="*")
    return parser.parse_args(sys.argv[2:])


def note(given: argparse.Namespace) -> None:
    """Tell the test how it was called."""
    about = {"words": vars(given), "env": dict(os.environ)}
    (Path(given.root_prefix) / "called.json").write_text(json.dumps(about))


async def solved(given: argparse.Namespace) -> list[RepoDataRecord]:
    cache = Path(given.root_prefix) / "index"
    found: list[RepoDataRecord] = await solve(
        sources=[Channel(url) for url in given.channel],
        specs=given.specs,
        gateway=Gateway(cache_dir=cache),
        platforms=[given.platform, "noarch"],
    )
    return found


def told(record: RepoDataRecord) -> dict[str, Any]:
    """As ``to_json`` of ``libmamba/src/specs/package_info.cpp``."""
    noarch = {"noarch": "generic"} if str(record.subdir) == "noarch" else {}
    return noarch | {
        "name": record.name.source,
        "version": str(record.version),
        "channel": str(record.channel),
        "url": record.url,
        "subdir": str(record.subdir),
        "fn": record.file_name,
        "size": record.size,
        "timestamp": 0,
        "build": str(record.build),
        "build_string": str(record.build),
        "build_number": record.build_number,
        "license": "",
        "track_features": "",
        "sha256": record.sha256.hex() if record.sha256 else "",
        "depends": list(record.depends),
        "constrains": list(record.constrains),
    }


def listed(file: Path) -> Iterator[tuple[str, Path]]:
    """Give addresses and files of an explicit list, each with its sum."""
    first, *lines = file.read_text().split()
    assert first == "@EXPLICIT"
    for line in lines:
        url, _, sha256 = line.partition("#")
        path = Path(unquote(urlsplit(url).path))
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            sys.exit(f"critical libmamba Found incorrect downloads: {path.name}. Aborting")
        yield url, path


async def install_explicit(given: argparse.Namespace) -> None:
    records = []
    for url, path in listed(Path(given.file)):
        record = await RepoDataRecord.from_package_archive(path)
        record.url, record.channel = url, path.parents[1].as_uri()
        records.append(record)
    await install(
        records,
        target_prefix=given.prefix,
        cache_dir=Path(given.root_prefix) / "pkgs",
        platform=Subdir(given.platform),
        show_progress=False,
    )


def main() -> int:
    assert sys.argv[1] == "create"
    given = words()
    note(given)
    for file in map(Path, given.rc_file):
        assert file.suffix in {".yml", ".yaml"}, "it is passed over"
        json.loads(file.read_text())
    if given.file:
        asyncio.run(install_explicit(given))
        print(json.dumps({"prefix": given.prefix, "success": True}))
        return 0
    try:
        records = asyncio.run(solved(given))
    except SolverError as error:
        print("error    libmamba Could not solve for environment specs", file=sys.stderr)
        print(json.dumps({"success": False, "solver_problems": [str(error)]}))
        return 1
    actions = {"LINK": [told(one) for one in records], "PREFIX": given.prefix}
    print(json.dumps({"actions": actions, "dry_run": True, "success": True}, indent=4))
    return 0


if __name__ == "__main__":
    CODE = main()
    sys.stdout.flush()
    # Rattler now and then crashes when its interpreter ends.
    os._exit(CODE)
