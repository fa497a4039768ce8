"""The toolchain file that CMake is given: pyodide-build's, with three things mended.

It lies in ``cmake/Platform`` and includes upstream's
(``tools/cmake/Modules/Platform/Emscripten.cmake``, 0.39.2) each time CMake includes it.

**The same commands at every configuration.** Upstream's appends the flags of a side module to
``CMAKE_C_FLAGS`` at every inclusion. CMake includes it while it determines the system, through
the file it then writes of what it has found (``CMakeSystem.cmake``), and as
``Platform/Emscripten``: three times when it configures a folder first and twice from then on,
when the system is known. To ninja another command is another object, and a second build would
compile everything anew.

**The target's headers.** FindPython may look in Emscripten's own folders alone, scikit-build-core
(1.1, ``builder/sysconfig.py``) names the headers of the machine's Python, and pybind11
(3.1, ``FindPythonLibsNew.cmake``) refuses that Python for the width of its pointers.
``cmake/FindPython.cmake`` is there for a wish for an ABI, which CMake takes amiss.

**No link-time optimisation**, and no question whether it works.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

TOOLCHAIN_FILE: Final = Path(__file__).with_name("cmake") / "Platform" / "Emscripten.cmake"
UPSTREAM: Final = "SPEC14_CMAKE_UPSTREAM"


def toolchain_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the variables that put our toolchain file in the place of pyodide-build's.

    Parameters
    ----------
    environment
        The variables of a build for the runtime, as pyodide-build gives them. Those that our
        file reads, too: ``PYTHONINCLUDE``, ``SIDE_MODULE_CFLAGS`` and ``SIDE_MODULE_CXXFLAGS``.
    """
    return {
        "CMAKE_TOOLCHAIN_FILE": str(TOOLCHAIN_FILE),
        UPSTREAM: environment["CMAKE_TOOLCHAIN_FILE"],
    }
