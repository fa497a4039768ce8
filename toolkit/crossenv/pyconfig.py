"""``pyconfig.h`` of the target, made from the native one and the target's build data.

A distribution ships CPython's headers with the ``pyconfig.h`` of its own
platform. Every value that Pyodide's CPython was configured with stands in its
sysconfig data: each ``#define`` of the native file is decided anew from there.
"""

import re
from collections.abc import Mapping
from typing import Final

DEFINITION: Final = re.compile(
    r"^(?:#[ \t]*define[ \t]+(?P<set>\w+)(?:[ \t]+(?P<value>.*?))?"
    r"|/\*[ \t]*#[ \t]*undef[ \t]+(?P<commented>\w+)[ \t]*\*/"
    r"|#[ \t]*undef[ \t]+(?P<unset>\w+))[ \t]*$"
)


def target_pyconfig(native: str, target: Mapping[str, str | int]) -> str:
    """Give the text of the target's ``pyconfig.h``.

    Parameters
    ----------
    native
        Text of the distribution's own ``pyconfig.h`` for the same minor version.
    target
        ``build_time_vars`` of the target.

    Notes
    -----
    The rules, each met in practice (CPython's ``sysconfig.parse_config_h`` writes 0
    for ``#undef``, so 0 in the data means *undefined*):

    - ``HAVE_DECL_*`` is always defined, as 0 or 1 (autoconf's convention).
    - A name the target does not know is undefined. ``#define Py_GIL_DISABLED 0``
      would select the object layout of the free-threaded build, since headers
      test it with ``#ifdef``.
    - Names with a leading underscore (``_GNU_SOURCE`` …) are not in the data, as
      they are no identifiers ``parse_config_h`` keeps: the native definition stays,
      for without ``_GNU_SOURCE`` NumPy does not compile.
    """
    return "".join(_line(line, target) + "\n" for line in native.splitlines())


def _line(line: str, target: Mapping[str, str | int]) -> str:
    found = DEFINITION.match(line)
    if found is None:
        return line
    name = found["set"] or found["commented"] or found["unset"]
    if name.startswith("_") or name == "Py_PYCONFIG_H":
        return line
    match target.get(name):
        case None:
            return f"/* #undef {name} */"
        case 0 if not name.startswith("HAVE_DECL_"):
            return f"/* #undef {name} */"
        case str(text):
            # The data have strings without the quotes that the header has round them.
            quoted = text.strip('"')
            return f"#define {name} " + (f'"{quoted}"' if _is_string(found, text) else text)
        case number:
            return f"#define {name} {number}"


def _is_string(native: re.Match[str], text: str) -> bool:
    quoted = (native["value"] or "").startswith('"')
    return quoted and re.fullmatch(r"-?\d+", text) is None
