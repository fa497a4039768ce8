"""The toolchain file that stands in for pyodide-build's; tests/integration has CMake read it."""

from pathlib import Path

from pyodide_build.config import BUILD_KEY_TO_VAR, DEFAULT_CONFIG

from toolkit.crossenv.cmake_toolchain import TOOLCHAIN_FILE, UPSTREAM, toolchain_variables

THEIRS = DEFAULT_CONFIG["cmake_toolchain_file"]


def test_our_file_takes_the_place_of_theirs() -> None:
    assert BUILD_KEY_TO_VAR["cmake_toolchain_file"] == "CMAKE_TOOLCHAIN_FILE"
    assert BUILD_KEY_TO_VAR["pythoninclude"] == "PYTHONINCLUDE"
    given = toolchain_variables({"CMAKE_TOOLCHAIN_FILE": THEIRS, "PATH": "/usr/bin"})
    assert given == {"CMAKE_TOOLCHAIN_FILE": str(TOOLCHAIN_FILE), UPSTREAM: THEIRS}
    assert f"$ENV{{{UPSTREAM}}}" in TOOLCHAIN_FILE.read_text()


def test_upstream_appends_what_we_take_out() -> None:
    """pyodide-build 0.39.2: a change here means another look at our file."""
    text = Path(THEIRS).read_text()
    for language in ("C", "CXX"):
        variable = f"CMAKE_{language}_FLAGS"
        appended = f'"${{{variable}}} $ENV{{SIDE_MODULE_{language}FLAGS}}"'
        assert f"set({variable} {appended})" in text
