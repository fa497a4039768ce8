"""Runs in a process of its own: solve an environment, write its lock, install a prefix.

::

    python solver.py REQUEST RESULT

Its Python is the one of the xeus tools (``tools.py``), which has py-rattler and nothing of ours.
Two files of JSON (`Request`, `Result`). py-rattler 0.28 now and then crashes when its interpreter
ends, after all has been done: what counts is the result that it has written, not its exit code.
"""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rattler import (
    BuildString,
    Channel,
    Client,
    Config,
    Gateway,
    LockChannel,
    LockFile,
    LockPlatform,
    PackageRecord,
    RepoDataRecord,
    SourceConfig,
    Subdir,
    install,
    solve,
)
from rattler.exceptions import SolverError

PLATFORM: Final = "emscripten-wasm32"
ANYWHERE: Final = "noarch"
TOOL: Final = "pixi"
"""Whose configuration is read besides rattler's own: that which most machines have."""

UNSOLVED: Final = "unsolved"
UNREACHABLE: Final = "unreachable"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is wanted.

    Attributes
    ----------
    channels, packages
        Addresses, and match specifications.
    lock
        File with what was solved before, used where `solve` is false, written where it is true.
    mark
        What stands in its first line.
    solve
        Whether packages are chosen anew.
    prefix
        Folder to install into; empty: nothing is installed.
    chosen
        File with records that somebody else has chosen, to be locked as they are.
    cache
        Folder for indexes and packages, for all projects.
    configuration
        Further files of rattler's configuration, mirrors for instance.
    offline
        Whether nothing is fetched that is not in `cache`.
    """

    channels: tuple[str, ...]
    packages: tuple[str, ...]
    lock: str
    mark: str
    solve: bool
    prefix: str
    cache: str
    chosen: str = ""
    configuration: tuple[str, ...] = ()
    offline: bool = False


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of it; `fault` is empty where all went well, `reason` rattler's own words."""

    packages: tuple[dict[str, str], ...] = ()
    fault: str = ""
    reason: str = ""


async def carry_out(request: Request) -> Result:
    """Do what is wanted; give what came of it."""
    configuration = _configuration(request.configuration)
    client = Client.from_config(configuration)
    cache = Path(request.cache)
    try:
        if request.chosen:
            records = _read_chosen(Path(request.chosen))
            _write_lock(request, records)
        elif request.solve:
            action = "force-cache-only" if request.offline else "cache-or-fetch"
            gateway = Gateway(
                cache_dir=cache / "index",
                default_config=SourceConfig(cache_action=action),
                client=client,
            )
            records = await solve(
                sources=[Channel(url) for url in request.channels],
                specs=list(request.packages),
                gateway=gateway,
                platforms=[PLATFORM, ANYWHERE],
            )
            _write_lock(request, records)
        else:
            records = _read_lock(Path(request.lock))
        if request.prefix:
            await install(
                records,
                target_prefix=request.prefix,
                cache_dir=cache / "packages",
                platform=Subdir(PLATFORM),
                execute_link_scripts=False,
                show_progress=False,
                client=client,
            )
    except SolverError as error:
        return Result(fault=UNSOLVED, reason=str(error).strip())
    except Exception as error:  # noqa: BLE001 - rattler has a class for each of its parts
        return Result(fault=UNREACHABLE, reason=str(error).strip() or type(error).__name__)
    found = sorted(map(_told, records), key=lambda one: one["name"])
    return Result(packages=tuple(found))


def _configuration(files: Sequence[str]) -> Config:
    configuration = Config.load_from_default_locations(TOOL)
    return configuration.merge(Config.load_from_files(list(files))) if files else configuration


def _write_lock(request: Request, records: Sequence[RepoDataRecord]) -> None:
    file = Path(request.lock)
    platform = LockPlatform(PLATFORM)
    lock = LockFile([platform])
    lock.set_channels("default", [LockChannel(url) for url in request.channels])
    for record in records:
        lock.add_conda_package("default", platform, record)
    new = file.with_name(f".{file.name}.new")
    lock.to_path(new)
    new.write_text(f"# {request.mark}\n{new.read_text('utf-8')}", "utf-8")
    new.replace(file)


def _read_chosen(file: Path) -> list[RepoDataRecord]:
    return [_record(one) for one in json.loads(file.read_text("utf-8"))]


def _record(told: Mapping[str, Any]) -> RepoDataRecord:
    """Give a record of what micromamba tells of a package."""
    hashes = {key: bytes.fromhex(told[key]) for key in ("sha256", "md5") if told.get(key)}
    noarch = told.get("noarch")
    package = PackageRecord(
        name=told["name"],
        version=told["version"],
        build=BuildString.new_unchecked(told["build"]),
        build_number=told["build_number"],
        subdir=told["subdir"],
        noarch=noarch if noarch in {"python", "generic"} else None,
        depends=list(told["depends"]),
        constrains=list(told["constrains"]),
        size=told.get("size") or None,
        python_site_packages_path=told.get("python_site_packages_path") or None,
        **hashes,
    )
    name = told.get("fn") or told["url"].rpartition("/")[2]
    return RepoDataRecord(package, name, told["url"], told["channel"])


def _read_lock(file: Path) -> list[RepoDataRecord]:
    environment = LockFile.from_path(file).default_environment()
    return environment.conda_repodata_records().get(PLATFORM, []) if environment else []


def _told(record: RepoDataRecord) -> dict[str, str]:
    return {
        "name": record.name.normalized,
        "version": str(record.version),
        "build": str(record.build),
        "subdir": str(record.subdir),
        "url": str(record.url),
        "sha256": record.sha256.hex() if record.sha256 else "",
    }


def main() -> None:
    """Read the request, write the result."""
    request, result = (Path(word) for word in sys.argv[1:3])
    given = json.loads(request.read_text("utf-8"))
    lists = {"channels", "packages", "configuration"}
    words: dict[str, Any] = {
        key: tuple(value) if key in lists else value for key, value in given.items()
    }
    done = asyncio.run(carry_out(Request(**words)))
    result.write_text(json.dumps(asdict(done)), "utf-8")


if __name__ == "__main__":
    main()
