"""``Makefile.envs``: the variables that pyodide-build reads from a cross-build environment.

pyodide-build runs ``make -f Makefile.envs .output_vars`` with ``PYODIDE_ROOT`` set
and reads ``NAME=value`` lines (``pyodide_build/config.py``, 0.39.2). The flags are those of
Pyodide's own ``Makefile.envs`` for side modules.
"""

from typing import Final

from toolkit.runtime.distribution import SYSCONFIGDATA, TRIPLET, Runtime

COMPILE: Final = ("-O2", "-g0", "-fPIC", "-fwasm-exceptions", "-sSUPPORT_LONGJMP=wasm")
"""Exceptions and setjmp must be done as the runtime does them, or a throw traps."""

LINK: Final = (*COMPILE[:2], *COMPILE[3:], "-sSIDE_MODULE", "-Wl,--experimental-pic")
"""lld up to 21 warns that dynamic linking is experimental, and meson links with
``--fatal-warnings``: hence the last flag."""


def makefile_envs(runtime: Runtime) -> str:
    """Give the text of ``Makefile.envs`` for `runtime`."""
    major, minor, micro = runtime.python.split(".")
    exports = {
        "PYVERSION": runtime.python,
        "PYMAJOR": major,
        "PYMINOR": minor,
        "PYMICRO": micro,
        "PYODIDE_VERSION": runtime.version,
        "PYODIDE_ABI_VERSION": runtime.abi,
        "PYODIDE_EMSCRIPTEN_VERSION": runtime.emscripten,
        "PLATFORM_TRIPLET": TRIPLET,
        "SYSCONFIG_NAME": SYSCONFIGDATA,
        "CPYTHONINSTALL": f"$(PYODIDE_ROOT)/{install_folder(runtime)}",
        "TARGETINSTALLDIR": "$(CPYTHONINSTALL)",
        "SYSCONFIGDATA_DIR": "$(CPYTHONINSTALL)/sysconfigdata/",
        "PYTHONINCLUDE": f"$(CPYTHONINSTALL)/include/python{runtime.python_minor}",
        "PIP_CONSTRAINT": "$(PYODIDE_ROOT)/tools/constraints.txt",
        "PYODIDE_ZIP_COMPRESSION_LEVEL": "6",
        "CFLAGS_BASE": " ".join(COMPILE),
        "LDFLAGS_BASE": " ".join(LINK),
        "CXXFLAGS_BASE": "",
    }
    lines = [f"export {name}={value}" for name, value in exports.items()]
    return "\n".join([*lines, "", ".output_vars:", "\tenv", ""])


def install_folder(runtime: Runtime) -> str:
    """Give the folder of the target's CPython below ``pyodide-root``."""
    return f"cpython/installs/python-{runtime.python}"
