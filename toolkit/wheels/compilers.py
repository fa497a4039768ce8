"""What every compiler of a build is given: a cache, all processors, no trace of the folder.

Emscripten starts clang through ``EM_COMPILER_WRAPPER`` (``tools/config.py``, 6.0.5), so that
ccache sees a compiler it knows, with the final command line.
"""

import json
import math
import os
import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from toolkit.crossenv import link_cache
from toolkit.pins import fingerprint
from toolkit.process import run
from toolkit.wheels.kept import Folders

SIZE: Final = "2G"
"""Bound of one project's compiler cache; ccache drops the least recently used."""
LAUNCHERS: Final = Path("/usr/lib/ccache")
"""Debian's links named like the machine's own compilers."""
CPU_MAX: Final = Path("/sys/fs/cgroup/cpu.max")


@dataclass(frozen=True, kw_only=True)
class CacheUse:
    """What the compiler cache did for one build.

    Attributes
    ----------
    hits
        Compilations whose result was there; ``None`` where there is no ccache.
    total
        All compilations, the build system's probes among them.
    """

    hits: int | None
    total: int

    def __str__(self) -> str:
        """Say it in one line."""
        if self.hits is None:
            return "ccache is not on the PATH: every object was compiled"
        return f"ccache: {self.hits} of {self.total} compilations from the cache"


def compiler_environment(cache: Path, shared: Path, where: Folders) -> dict[str, str]:
    """Give the variables for compilers.

    Parameters
    ----------
    cache
        Folder of everything the project's builds keep; paths below it are hashed as
        relative ones, so that a copy of it elsewhere serves as well.
    shared
        Folder of what does not depend on the project: the compilers' results.
    where
        The build's folders. The path of the copy is kept out of ``__FILE__`` and of debug
        sections: clang writes ``.`` for it. Through Emscripten's own variable and not through
        ``CFLAGS``, which build systems write into what they make.
    """
    maps = [f"-ffile-prefix-map={path}=." for path in (cache, where.source)]
    processors = str(processors_allowed())
    variables = {
        "EMCC_CFLAGS": shlex.join(maps),
        "CMAKE_BUILD_PARALLEL_LEVEL": processors,
        "NPY_NUM_BUILD_JOBS": processors,
        "MAX_JOBS": processors,
        **link_cache.install(where.kept, shared / "links", toolchain=fingerprint()),
    }
    if shutil.which("ccache") is None:
        return variables
    return {
        **variables,
        "EM_COMPILER_WRAPPER": "ccache",
        "CCACHE_DIR": str(shared / "ccache"),
        "CCACHE_MAXSIZE": SIZE,
        "CCACHE_BASEDIR": str(cache),
        "CCACHE_NOHASHDIR": "1",
        # The compiler is the image's: its version is in the fingerprint, and hashing LLVM's
        # libraries for each object is not cheap.
        "CCACHE_COMPILERCHECK": f"string:{fingerprint()}",
        # Where the build asks for a list of headers anyway, no preprocessor run of ccache's own.
        "CCACHE_DEPEND": "1",
        "CCACHE_STATSLOG": str(where.log),
        # Nobody's own configuration: what a build gives must not hang on it.
        "CCACHE_CONFIGPATH": os.devnull,
    }


def parallel_extensions(where: Folders) -> dict[str, str]:
    """Give what makes setuptools compile extensions side by side, where that breaks nothing.

    Setuptools reads one more configuration file (``DIST_EXTRA_CONFIG``,
    ``setuptools/_distutils/dist.py``, 84) and builds extensions in threads then. A project's
    own ``build_ext`` may change the compiler for one extension, and Cython's keeps global
    state while it translates: those are compiled one after the other.
    """
    setup = where.source / "setup.py"
    text = setup.read_text("utf-8", "replace") if setup.is_file() else ""
    translated = any(where.source.rglob("*.pyx"))
    if re.search(r"\b(build_ext|cmdclass)\b", text) or (translated and "cythonize" not in text):
        return {}
    file = where.kept / "setuptools.cfg"
    file.write_text(f"[build_ext]\nparallel = {processors_allowed()}\n", "utf-8")
    return {"DIST_EXTRA_CONFIG": str(file)}


def machine_environment() -> dict[str, str]:
    """Give what is added where the machine's own compiler is meant."""
    if not LAUNCHERS.is_dir():
        return {}
    return {"PATH": f"{LAUNCHERS}:{os.environ['PATH']}"}


def cache_use(log: Path) -> CacheUse:
    """Give what ccache did, from the counters of one build."""
    if shutil.which("ccache") is None:
        return CacheUse(hits=None, total=0)
    if not log.is_file():
        return CacheUse(hits=0, total=0)
    words = ["ccache", "--print-log-stats", "--format", "json"]
    done = run(words, env={"CCACHE_STATSLOG": str(log), "CCACHE_CONFIGPATH": os.devnull})
    counters: Mapping[str, int] = json.loads(done.output)
    hits = counters["direct_cache_hit"] + counters["preprocessed_cache_hit"]
    return CacheUse(hits=hits, total=hits + counters["cache_miss"])


def processors_allowed(limit: Path = CPU_MAX) -> int:
    """Give how many processors this process may use: its affinity and its control group's share.

    ``cpu.max`` holds a quota and a period in microseconds, or ``max`` (Linux,
    ``Documentation/admin-guide/cgroup-v2.rst``).
    """
    count = os.process_cpu_count() or 1
    try:
        quota, period = limit.read_text("ascii").split()
        return max(1, min(count, math.ceil(int(quota) / int(period))))
    except OSError, ValueError:
        return count
