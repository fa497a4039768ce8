"""One wheel from one source folder, in a build environment that is kept.

``python -m toolkit.crossenv.build``: what ``pyodide build`` does (0.39.2, ``cli/build.py``
and ``out_of_tree/build.py``), step by step through the same functions, with three things
changed: the isolated environment is kept (:mod:`toolkit.crossenv.isolation`), the compiler
wrappers lie beside the source and not in it, so that no backend can pack them, and the
backend's own build folder is dropped whenever the environment is another. For the machine
that builds it is what ``python -m build`` does. It is a process of its own because
``pyodide_build.pywasmcross`` is (it reads ``__main__.__file__``) and because the variables
of the build are set in it.
"""

import hashlib
import os
import shutil
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from build import ProjectBuilder
from pyodide_build import build_env, common, pypabuild
from pyodide_build.cli.build import _convert_exports
from pyodide_build.out_of_tree.build import _check_and_maybe_modify_wheel
from pyodide_build.vendor._pypabuild import _handle_build_error

from toolkit.crossenv.cmake_toolchain import toolchain_variables
from toolkit.crossenv.isolation import KeptEnvironment, RequirementsChanged
from toolkit.crossenv.libraries import library_flags
from toolkit.pins import fingerprint

FOLDER = click.Path(path_type=Path, file_okay=False)


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be built.

    Attributes
    ----------
    source
        The private copy of the project.
    out
        Where the wheel goes.
    kept
        Folder of what outlives the build.
    exports
        What a module exports (pyodide-build's word).
    settings
        ``KEY=VALUE`` for the backend.
    """

    source: Path
    out: Path
    kept: Path
    exports: str
    settings: tuple[str, ...]

    @property
    def environment(self) -> Path:
        """The isolated environment."""
        return self.kept / "environment"

    @property
    def objects(self) -> Path:
        """The backend's own build folder, where it can have one outside the source."""
        return self.kept / "objects"

    @property
    def wrappers(self) -> Path:
        """pyodide-build's compiler wrappers."""
        return self.kept / "wrappers"


def build_for_runtime(order: Order) -> Path:
    """Build the wheel for the runtime and give its path (``out_of_tree/build.py``, ``run``)."""
    build_env.init_environment(xbuildenv_path=common.default_xbuildenv_path())
    build_env.ensure_emscripten(skip_install=True)
    constraints = build_env._create_constraints_file()  # noqa: SLF001 - as `run` does
    order.wrappers.mkdir(parents=True, exist_ok=True)
    variables = {**os.environ, **build_env.get_build_environment_vars(build_env.get_pyodide_root())}
    variables |= toolchain_variables(variables)

    def once(environment: KeptEnvironment) -> str:
        with (
            _in_place_of_the_temporary_one(environment),
            pypabuild.get_build_env(
                env=variables,
                pkgname="",
                cflags=_flags("CFLAGS"),
                cxxflags=_flags("CXXFLAGS"),
                ldflags=_flags("LDFLAGS"),
                target_install_dir=build_env.get_build_flag("TARGETINSTALLDIR"),
                exports=_convert_exports(order.exports),
                build_dir=order.wrappers,
            ) as cross,
        ):
            settings = pypabuild.parse_backend_flags(list(order.settings))
            return pypabuild.build(order.source, order.out, cross, settings)

    wheel = Path(_in_kept_environment(order, once, Path(constraints) if constraints else None))
    if "emscripten" in wheel.name:
        wheel = common.retag_wheel(wheel, build_env.wheel_platform())
    if _has_names_of_the_machine(wheel):
        _check_and_maybe_modify_wheel(wheel)
    return wheel


def build_for_machine(order: Order) -> Path:
    """Build the wheel for the machine that builds and give its path (``python -m build``)."""
    settings = pypabuild.parse_backend_flags(list(order.settings))

    def once(environment: KeptEnvironment) -> str:
        with _handle_build_error(), environment:
            builder = ProjectBuilder.from_isolated_env(environment, order.source)
            environment.install(builder.build_system_requires)
            environment.install(builder.get_requires_for_build("wheel", settings))
            return builder.build("wheel", order.out, settings)

    return Path(_in_kept_environment(order, once, None))


def _in_kept_environment(
    order: Order, once: Callable[[KeptEnvironment], str], constraints: Path | None
) -> str:
    environment = KeptEnvironment(
        order.environment, _facts(order, constraints), on_new=lambda: _remove(order.objects)
    )
    try:
        return once(environment)
    except RequirementsChanged:
        environment.discard()
        return once(environment)


@contextmanager
def _in_place_of_the_temporary_one(environment: KeptEnvironment) -> Iterator[None]:
    """Let pyodide-build use `environment`: it has no parameter for one."""
    module: Any = pypabuild
    original = module._DefaultIsolatedEnv  # noqa: SLF001

    def kept(*, installer: str) -> KeptEnvironment:
        del installer
        return environment

    module._DefaultIsolatedEnv = kept  # noqa: SLF001
    try:
        yield
    finally:
        module._DefaultIsolatedEnv = original  # noqa: SLF001


def _has_names_of_the_machine(wheel: Path) -> bool:
    """Whether modules are named for the machine that builds: only then is there what to rename."""
    suffix = str(sysconfig.get_config_var("EXT_SUFFIX"))
    with zipfile.ZipFile(wheel) as archive:
        return any(name.endswith(suffix) for name in archive.namelist())


def _flags(name: str) -> str:
    """Give the flags of a side module, those of the build's variables, and the libraries'."""
    of_runtime = build_env.get_build_flag(f"SIDE_MODULE_{name}")
    return f"{of_runtime} {os.environ.get(name, '')} {library_flags().get(name, '')}"


def _facts(order: Order, constraints: Path | None) -> str:
    """Give the digest of what decides an environment besides the requirements."""
    limits = constraints.read_text("utf-8") if constraints and constraints.is_file() else ""
    index = sorted(
        (name, value)
        for name, value in os.environ.items()
        if name in {"UV_FIND_LINKS", "UV_DEFAULT_INDEX", "UV_INDEX", "PYODIDE_ROOT"}
    )
    facts = (
        fingerprint(),
        str(order.environment),
        sys.prefix,
        sysconfig.get_config_var("SOABI"),
        limits,
        index,
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


@click.command()
@click.option("--for", "target", type=click.Choice(["runtime", "machine"]), required=True)
@click.option("--kept", type=FOLDER, required=True, help="folder of what outlives the build")
@click.option("--out", type=FOLDER, required=True, help="where the wheel goes")
@click.option("--exports", default="requested", help="what a module exports")
@click.option("-C", "settings", multiple=True, help="KEY=VALUE for the build backend")
@click.argument("source", type=FOLDER)
def main(  # noqa: PLR0917 - click calls it with names
    target: str, kept: Path, out: Path, exports: str, settings: tuple[str, ...], source: Path
) -> None:
    """Build one wheel of SOURCE."""
    # Modes are bytes of a wheel: those of a private folder would be those of everybody's umask.
    os.umask(0o022)
    order = Order(
        source=source.resolve(),
        out=out.resolve(),
        kept=kept.resolve(),
        exports=exports,
        settings=settings,
    )
    build = build_for_runtime if target == "runtime" else build_for_machine
    # Where this module was found is no business of the programs started from here.
    os.environ.pop("PYTHONPATH", None)
    click.echo(build(order))


if __name__ == "__main__":
    main()
