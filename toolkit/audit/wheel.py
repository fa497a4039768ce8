"""The audit of one wheel: every part of it asked, nothing run."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.audit.contents import (
    is_module,
    judge_leftovers,
    judge_libraries,
    judge_module_name,
    judge_tags,
)
from toolkit.audit.expected import judge_expected
from toolkit.audit.files import read_files
from toolkit.audit.findings import Finding, Severity, finding, lowered
from toolkit.audit.metadata import judge_metadata, parse_name
from toolkit.audit.models import judge_models
from toolkit.audit.module import Module
from toolkit.audit.provides import provided_by
from toolkit.audit.symbols import Neighbours, demangled, judge_symbols
from toolkit.audit.wasm import read_module
from toolkit.errors import AuditFailed
from toolkit.runtime.distribution import read_runtime


@dataclass(frozen=True, kw_only=True)
class WheelAudit:
    """What an audit found.

    Attributes
    ----------
    wheel
        The file.
    modules
        Its compiled modules, in the order of the wheel.
    findings
        Everything there is to say, errors first.
    """

    wheel: Path
    modules: tuple[Module, ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What makes the audit fail."""
        return tuple(one for one in self.findings if one.severity is Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What somebody should know."""
        return tuple(one for one in self.findings if one.severity is Severity.WARNING)


def audit_wheel(
    wheel: Path,
    runtime: Path,
    *,
    beside: Sequence[Path] = (),
    build_folders: Sequence[Path] = (),
    expected: Sequence[str] = (),
    allow: Collection[str] = (),
) -> WheelAudit:
    """Audit a wheel, whoever made it.

    Parameters
    ----------
    wheel
        The file.
    runtime
        Folder of the unpacked Pyodide runtime.
    beside
        Wheels that are loaded before it: their libraries count.
    build_folders
        Folders it was built in, whose paths must not be in it.
    expected
        Why it should hold compiled modules (see
        :func:`toolkit.audit.expected.evidence_of_modules`); empty when it need not.
    allow
        Kinds of findings that are warnings at most.

    Raises
    ------
    AuditFailed
        When there is no wheel or no runtime.
    Untrusted
        When it is not a zip file, or a hostile one.
    CrossEnvFailed
        When `runtime` is no Pyodide.
    """
    about = read_runtime(runtime)
    files = read_files(wheel)
    damaged: list[Finding] = []
    modules = tuple(_modules(files, damaged))
    others = [module for path in beside for module in _modules(read_files(path), [])]
    found = [*judge_libraries(files), *damaged]
    named = parse_name(wheel.name)
    if named is None:
        what = f"{wheel.name} is no file name of a wheel (NAME-VERSION-PYTHON-ABI-PLATFORM.whl)"
        found.append(finding("metadata", what, do="give it back the name it was built with"))
    else:
        found += judge_metadata(named, files, about)
        found += judge_tags(named, modules, files)
    if modules:
        provided = provided_by(runtime)
        neighbours = Neighbours(modules=(*modules, *others))
        for module in modules:
            models = list(judge_models(module, provided))
            explained = any(one.kind in ("exceptions", "longjmp") for one in models)
            found += models
            found += judge_symbols(module, provided, neighbours, explained=explained)
            found += judge_module_name(module, about)
    found += judge_leftovers(files, modules, build_folders)
    found += judge_expected(expected, modules=len(modules))
    ranked = sorted(lowered(demangled(found), allow), key=lambda one: one.severity.value)
    return WheelAudit(wheel=wheel, modules=modules, findings=tuple(ranked))


def _modules(files: Mapping[str, bytes], damaged: list[Finding]) -> Iterator[Module]:
    """Read the modules; one that cannot be read becomes a finding."""
    for name, content in files.items():
        if is_module(name, content):
            try:
                yield read_module(name, content)
            except AuditFailed as error:
                what = error.what.removeprefix(f"{name} ")
                damaged.append(finding("module", what, where=name, do=error.do))


def require_sound(*audits: WheelAudit, detailed: bool = True) -> None:
    """Refuse wheels with errors.

    Parameters
    ----------
    *audits
        What was found.
    detailed
        Whether the error carries all errors as its detail.

    Raises
    ------
    AuditFailed
        It names the first wheel and its first error; the rest is the detail.
    """
    bad = [audit for audit in audits if audit.errors]
    if not bad:
        return
    first = bad[0].errors[0]
    rest = sum(len(audit.errors) for audit in bad) - 1
    more = f" (and {rest} more {'error' if rest == 1 else 'errors'})" if rest else ""
    raise AuditFailed(
        f"{first.where or bad[0].wheel.name} {first.what}{more}",
        do=first.do,
        detail="\n".join(line(one, audit.wheel) for audit in bad for one in audit.errors)
        if detailed
        else "",
    )


def line(one: Finding, wheel: Path) -> str:
    """Give a finding on one line."""
    why = f": {one.why}" if one.why else ""
    return f"{one.severity}: {one.where or wheel.name} {one.what}{why} [{one.kind}]"
