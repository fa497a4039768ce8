"""The functions of pyodide-build that our driver calls in its place."""

import inspect

from pyodide_build import pypabuild
from pyodide_build.cli import build as cli
from pyodide_build.out_of_tree import build as out_of_tree


def test_the_isolated_environment_is_looked_up_where_we_put_ours() -> None:
    source = inspect.getsource(pypabuild._build_in_isolated_env)
    assert "with _DefaultIsolatedEnv(installer=installer) as env:" in source
    for used in ("env.path", "env,", "env)"):
        assert used in source


def test_pyodide_build_still_does_what_we_do() -> None:
    """0.39.2: a change here means another look at toolkit/crossenv/build.py."""
    run = inspect.getsource(out_of_tree.run)
    steps = (
        'get_build_flag("SIDE_MODULE_CFLAGS")',
        'get_build_flag("SIDE_MODULE_CXXFLAGS")',
        'get_build_flag("SIDE_MODULE_LDFLAGS")',
        "build_env._create_constraints_file()",
        "env.update(build_env.get_build_environment_vars(get_pyodide_root()))",
        "pypabuild.get_build_env(",
        "pypabuild.build(",
        "common.retag_wheel(wheel_path, wheel_platform())",
        "_check_and_maybe_modify_wheel(wheel_path)",
    )
    places = [run.index(step) for step in steps]
    assert places == sorted(places)
    assert list(inspect.signature(pypabuild.get_build_env).parameters) == [
        *("env", "pkgname", "cflags", "cxxflags", "ldflags", "target_install_dir", "exports"),
        *("build_dir", "no_isolation"),
    ]
    assert cli._convert_exports("requested") == "requested"
    assert pypabuild.parse_backend_flags(["a=1", "a=2", "b"]) == {"a": ["1", "2"], "b": ""}
