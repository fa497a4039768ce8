"""Build, audit, import and test the projects of ``tests/corpus.toml``; write ``docs/corpus.md``.

::

    python -m tests.corpus [--again] [--assess-only] [NAME ...]

Each is assessed, too, as `spec14 assess` does, and the page says whether that was right; with
``--assess-only`` nothing else is done, and what is known of builds and tests stays. Without names:
every project whose outcome is not known yet for this corpus and toolchain (``--again``: all of
them). With names: these, whatever is known. Exit code 1: a project fails where the corpus does not
say so, or does not fail where it says so.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
from packaging.utils import canonicalize_name

from tests.benchmarks.figures import this_machine
from tests.corpus.assessed import WRITER, assessed, did_fail_at, keep, kept, section
from tests.corpus.attempt import ROOT, Attempt
from tests.corpus.entries import Entry, read_entries
from tests.corpus.outcome import Outcome, keep_outcome, outcome_key, read_outcome
from tests.corpus.page import between
from tests.corpus.table import row, table
from toolkit.cache import write_atomically
from toolkit.installed import installed_version
from toolkit.pins import RUNTIME, facts, fingerprint, read_pins
from toolkit.runtime.distribution import read_runtime

CACHE: Final = ROOT / ".spec14" / "corpus"
PAGE: Final = ROOT / "docs" / "corpus.md"
NAMED: Final = ("runtime pyodide", "emscripten", "llvm", "node", "python", "pyodide-build")


@click.command()
@click.option("--again", is_flag=True, help="Run all of them, whatever is known.")
@click.option("--no-write", is_flag=True, help="Leave docs/corpus.md alone.")
@click.option("--assess-only", is_flag=True, help="Assess; build and test nothing.")
@click.argument("names", nargs=-1)
def main(*, again: bool, no_write: bool, assess_only: bool, names: tuple[str, ...]) -> None:
    """Run the corpus."""
    entries = read_entries()
    chosen: set[str] = {canonicalize_name(name) for name in names} or set(entries)
    if unknown := chosen - set(entries):
        msg = f"not in tests/corpus.toml: {', '.join(sorted(unknown))}"
        raise click.BadParameter(msg, param_hint="NAME")
    outcomes = known_outcomes(entries)
    if assess_only:
        assess_all({name: entries[name] for name in entries if name in chosen})
        if not no_write:
            write_assessments(entries, outcomes)
        return
    for name, entry in entries.items():
        if name in chosen and (again or names or name not in outcomes):
            print(f"{entry.name} {entry.version} …", flush=True)
            outcomes[name] = attempted(name, entry)
            print(row(entry, outcomes[name]), flush=True)
            assess_all({name: entry})
            if not no_write:
                write_page(list(entries.values()), outcomes)
    if not no_write:
        write_page(list(entries.values()), outcomes)
        write_assessments(entries, outcomes)
    odd = [
        entry.name
        for name, entry in entries.items()
        if name in chosen and not outcomes[name].as_expected(entry)
    ]
    if odd:
        print(f"not as tests/corpus.toml says: {', '.join(odd)}", flush=True)
    raise SystemExit(1 if odd else 0)


def known_outcomes(entries: dict[str, Entry]) -> dict[str, Outcome]:
    """Give the outcomes that are kept and not stale."""
    kept = {name: read_outcome(_record(name)) for name in entries}
    return {
        name: outcome
        for name, outcome in kept.items()
        if outcome is not None and outcome.key == outcome_key(entries[name], fingerprint())
    }


def attempted(name: str, entry: Entry) -> Outcome:
    """Run one project and keep how it went."""
    _record(name).unlink(missing_ok=True)
    known = Outcome(
        key=outcome_key(entry, fingerprint()), date=datetime.now(UTC).date().isoformat()
    )
    attempt = Attempt(
        entry=entry, folder=CACHE / "projects" / name, sdists=CACHE / "sdists", known=known
    )
    outcome = attempt.outcome()
    keep_outcome(_record(name), outcome)
    return outcome


def write_page(entries: list[Entry], outcomes: dict[str, Outcome]) -> None:
    """Write what stands between the markers of the page."""
    found = {
        fact.name: fact.actual
        for fact in facts(read_pins(), read_runtime(RUNTIME), installed_version)
    }
    told = ", ".join(f"{name.removeprefix('runtime ')} {found[name]}" for name in NAMED)
    page = PAGE.read_text("utf-8")
    old, _ = between(page)
    new = table(entries, outcomes, [this_machine(), told], old)
    write_atomically(PAGE, between(page, new)[1].encode())


def assess_all(chosen: dict[str, Entry]) -> None:
    """Assess projects and keep what was said."""
    for name, entry in chosen.items():
        one = assessed(entry, CACHE / "sdists")
        keep(_assessment(name), one)
        print(f"{entry.name}: {one.verdict}; {one.first}", flush=True)


def write_assessments(entries: dict[str, Entry], outcomes: dict[str, Outcome]) -> None:
    """Write the page's part about assessments; of a project without one nothing is said."""
    page = PAGE.read_text("utf-8")
    table_of_outcomes, _ = between(page)
    found = {name: kept(_assessment(name), entry) for name, entry in entries.items()}
    said = {name: one for name, one in found.items() if one is not None}
    stages = {
        name: did_fail_at(entry, outcomes.get(name), table_of_outcomes)
        for name, entry in entries.items()
    }
    new = section(list(entries.values()), said, stages)
    write_atomically(PAGE, between(page, new, writer=WRITER)[1].encode())


def _assessment(name: str) -> Path:
    return CACHE / "assessments" / f"{name}.json"


def _record(name: str) -> Path:
    return CACHE / "outcomes" / f"{name}.json"


if __name__ == "__main__":
    main()
