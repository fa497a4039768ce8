"""What uv says when it finds no solution, read for names and for the way to them.

The wording is that of uv 0.13 (its PubGrub reporter, ``crates/uv-resolver/src/pubgrub``);
where a sentence is not understood the whole text is still shown.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

NAME: Final = r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?"
EXTRA: Final = r"(?:\[[^\]]*\])?"
OPERATOR: Final = r"(?:===|==|~=|!=|<=|>=|<|>)"
SPEC: Final = rf"(?:{OPERATOR}[\w.+!*]*\w\*?(?:,{OPERATOR}[\w.+!*]*\w\*?)*)?"
DEPENDS: Final = re.compile(rf"({NAME}){EXTRA}{SPEC} depends? on ({NAME}){EXTRA}({SPEC})")
REQUIRED: Final = re.compile(rf"you require ({NAME}){EXTRA}({SPEC})")
NO_WHEEL: Final = (
    re.compile(r"Wheels are required for `([^`]+)`"),
    re.compile(r"Wheels are available for `([^`]+)`"),
    re.compile(r"only found wheels for `([^`]+)`"),
    re.compile(rf"({NAME}){SPEC} ha(?:s|ve) no (?:usable )?wheels"),
)
UNKNOWN: Final = re.compile(
    rf"({NAME}){SPEC} was not found in the (?:package registry|provided package locations|cache)"
)
UNREACHABLE: Final = ("Failed to fetch", "Request failed", "Failed to download")
VERSION: Final = re.compile(rf"({NAME}){EXTRA}{OPERATOR}")


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why there is no solution.

    Attributes
    ----------
    text
        uv's own words, without its hints (they name options of uv).
    lacking
        Packages that have no wheel for the target.
    unknown
        Packages that no index knows.
    unreachable
        Whether an index did not answer.
    understood
        Whether it is one of these at all, and not a failure of uv's own.
    named
        All packages that are named with a version.
    """

    text: str
    lacking: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unreachable: bool = False
    understood: bool = True
    named: frozenset[str] = frozenset()

    def chain(self, name: str, direct: Iterable[str]) -> tuple[str, ...]:
        """Give the requirements that lead to a package, the first one of `direct`; shortest."""
        below: dict[str, list[str]] = {}
        for upper, lower, _ in DEPENDS.findall(self.text):
            below.setdefault(canonicalize_name(upper), []).append(canonicalize_name(lower))
        ways: list[tuple[str, ...]] = [(canonicalize_name(first),) for first in direct]
        seen: set[str] = set()
        while ways:
            way = ways.pop(0)
            if way[-1] == name:
                return way
            if way[-1] not in seen:
                seen.add(way[-1])
                ways += [(*way, lower) for lower in below.get(way[-1], [])]
        return (name,)

    def specifiers(self, name: str) -> str:
        """Give what is asked of a package's version, as far as the text says it.

        Versions of one package can ask for versions of another that exclude each other;
        then what was named first counts.
        """
        found = [(lower, spec) for _, lower, spec in DEPENDS.findall(self.text)]
        found += REQUIRED.findall(self.text)
        wanted = [spec for lower, spec in found if canonicalize_name(lower) == name and spec]
        if not wanted:
            return ""
        joined = ",".join(sorted(set(wanted)))
        return wanted[0] if SpecifierSet(joined).is_unsatisfiable() else joined


def read_refusal(output: str) -> Refusal:
    """Read what uv wrote."""
    # The reason is wrapped and indented, lists stand on lines of their own.
    whole = " ".join(output.split())
    text, _, hints = whole.partition(" hint: ")
    lacking = _names(pattern.findall(f"{text} hint: {hints}") for pattern in NO_WHEEL)
    unreachable = any(words in text for words in UNREACHABLE)
    return Refusal(
        text=text,
        understood=unreachable or "No solution found" in text,
        lacking=lacking,
        unknown=_names([UNKNOWN.findall(text)]),
        unreachable=unreachable,
        named=frozenset(map(canonicalize_name, VERSION.findall(text))),
    )


def image_versions(refusal: Refusal, versions: Mapping[str, str]) -> tuple[str, ...]:
    """Give ``name version`` of those packages in a conflict that the image fixes."""
    return tuple(
        f"{name} {version}" for name, version in sorted(versions.items()) if name in refusal.named
    )


def _names(found: Iterable[Iterable[str]]) -> tuple[str, ...]:
    names = (canonicalize_name(name) for group in found for name in group)
    # uv can name the project itself in a list ("all of:"): order kept, each once.
    return tuple(dict.fromkeys(names))
