"""One resolver for the target: uv's, told of the runtime by the runtime itself.

``uv pip compile --python`` starts the runtime's own Python (in Node) once and keeps what it
says of markers and tags; ``--python-platform`` of uv 0.13 knows no ``pyemscripten`` tag.
The answer is read as ``pylock.toml`` (PEP 751).
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from toolkit.disk import require_room
from toolkit.errors import RequirementsFailed
from toolkit.process import run
from toolkit.wheels.refusal import Refusal, read_refusal

OUTPUT: Final = "pylock.toml"
HEAD: Final = 'lock-version = "1.0"\ncreated-by = "spec14"\n'


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is to be resolved.

    Attributes
    ----------
    requirements
        PEP 508 requirements.
    constraints
        Requirements that hold for packages if they are taken at all.
    preferred
        Versions, by name, that are taken where nothing speaks against it.
    links
        Folders of wheels, those first that win.
    index
        Whether the configured package index is asked too.
    """

    requirements: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    preferred: Mapping[str, str]
    links: tuple[Path, ...]
    index: bool


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """One wheel of the answer.

    Attributes
    ----------
    name, version
        Of the package.
    file
        Name of the wheel's file.
    url
        Where it lies (``file:`` too), without user name and password.
    sha256
        Of the file.
    direct
        Whether a requirement names the URL.
    """

    name: str
    version: str
    file: str
    url: str
    sha256: str
    direct: bool

    @property
    def path(self) -> Path | None:
        """The file where it lies on this machine."""
        parts = urlsplit(self.url)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None


class Refused(Exception):
    """There is no solution with these sources; one that was not asked may help."""

    def __init__(self, refusal: Refusal, output: str) -> None:
        super().__init__(refusal.text)
        self.refusal = refusal
        self.output = output


def ask(
    question: Question,
    *,
    python: Path,
    folder: Path,
    env: Mapping[str, str],
    target: Sequence[str] = (),
) -> tuple[Chosen, ...]:
    """Let uv resolve.

    Parameters
    ----------
    question
        What.
    python
        Python of the runtime, as a program of this machine.
    folder
        Where question and answer are written.
    env
        Variables for uv: its cache, the index.
    target
        Words of uv's for a target that `python` is not.

    Raises
    ------
    Refused
        When there is no solution.
    RequirementsFailed
        When a requirement is not written as PEP 508 says, or is no wheel (``git+https:``).
    """
    folder.mkdir(parents=True, exist_ok=True)
    wishes = _write(folder / "requirements.in", question.requirements)
    constraints = _write(folder / "constraints.txt", question.constraints)
    # Versions in a lock that is there already are uv's preferences.
    pins = [
        f'[[packages]]\nname = "{name}"\nversion = "{version}"\n'
        for name, version in sorted(question.preferred.items())
    ]
    answer = folder / OUTPUT
    answer.unlink(missing_ok=True)
    if pins:
        _write(answer, [HEAD, *pins])
    words: list[str | Path] = ["uv", "pip", "compile", wishes, "--quiet", "--no-header"]
    words += ["--python", python, *target, "--constraint", constraints, "--only-binary", ":all:"]
    # The project's own [tool.uv] is for its native side.
    words += ["--no-config", "--format", "pylock.toml", "--output-file", answer]
    words += [word for link in question.links for word in ("--find-links", link)]
    words += [] if question.index else ["--no-index", "--offline"]
    done = run(words, cwd=folder, env=env)
    if done.code != 0:
        require_room(done.output, folder)
        if "parse requirement" in done.output:
            msg = "a requirement is not written as PEP 508 says"
            raise RequirementsFailed(msg, do="correct it in pyproject.toml", detail=done.tail())
        refusal = read_refusal(done.output)
        if not refusal.understood:
            msg = "uv could not resolve the requirements"
            raise RequirementsFailed(msg, do="read its message above", detail=done.tail())
        raise Refused(refusal, done.output)
    return read_answer(tomllib.loads(answer.read_text("utf-8")))


def read_answer(pylock: Mapping[str, Any]) -> tuple[Chosen, ...]:
    """Read the packages of a ``pylock.toml`` as uv writes it for one platform."""
    return tuple(_chosen(package) for package in pylock.get("packages", ()))


def without_credentials(url: str) -> str:
    """Give a URL without user name and password: a lock is committed."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _chosen(package: Mapping[str, Any]) -> Chosen:
    name = str(package["name"])
    archive = package.get("archive")
    wheels = [archive] if archive else list(package.get("wheels", ()))
    # The same version can lie in a folder and on the index: the folder wins.
    wheels.sort(key=lambda wheel: not str(wheel.get("url", "file:")).startswith("file:"))
    if not wheels:
        raise _no_wheel(name)
    url = str(wheels[0].get("url") or Path(wheels[0]["path"]).absolute().as_uri())
    file = Path(unquote(urlsplit(url).path)).name
    try:
        version = str(parse_wheel_filename(file)[1])
    except InvalidWheelFilename as error:
        raise _no_wheel(name) from error
    return Chosen(
        name=name,
        version=str(package.get("version", version)),
        file=file,
        url=without_credentials(url),
        sha256=str(wheels[0]["hashes"]["sha256"]),
        direct=archive is not None,
    )


def _no_wheel(name: str) -> RequirementsFailed:
    msg = f"the requirement {name} is neither a released version nor the URL of a wheel"
    return RequirementsFailed(
        msg, do=f"require a release ({name}==VERSION): sources from elsewhere are not built"
    )


def _write(path: Path, lines: Sequence[str]) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path
