"""Figures of visits to two sites: what is compared with what, and how it is told."""

from dataclasses import replace

import pytest

from tests.benchmarks.clicks import (
    AROUND,
    PROFILES,
    SECTION,
    WITH,
    WITHOUT,
    Profile,
    Row,
    Visit,
    load_rows,
    ratio,
    rows,
    times_of,
)

VISIT = Visit(
    site="ours",
    profile="none",
    kind="cold",
    times={"interface": 1.0, "kernel": 2.0, "import": 0.5, "cell": 2.5},
    memory=400_000_000,
    restart=None,
    presses=1,
    requests=10,
    not_modified=2,
    bytes=5_000_000,
)


def test_a_connection_in_the_protocols_units() -> None:
    assert PROFILES["20"].conditions() == {
        "latency": 0,
        "downloadThroughput": 2_500_000,
        "uploadThroughput": 2_500_000,
    }
    assert PROFILES["none"].conditions() is None


def test_what_bytes_take_at_least() -> None:
    assert PROFILES["5"].seconds(1_250_000) == pytest.approx(2.04)
    assert Profile(name="slow", megabits=1, latency=100).seconds(0, 5) == pytest.approx(0.5)
    assert PROFILES["none"].seconds(10**9) == 0


def test_the_import_is_what_follows_the_kernel() -> None:
    times = times_of({"interface": 1, "kernel": 7.5, "cell": 8})
    assert times == {"interface": 1, "kernel": 7.5, "import": 0.5, "cell": 8}
    assert times_of({"interface": 1, "kernel": None, "cell": 8}) == {"interface": 1, "cell": 8}


def test_a_row_tells_both_sides() -> None:
    row = Row(section="s", what="w", ours=(2.0, 4.0, 3.0), stock=(6.0,), target=0.33)
    assert row.measured == "3.00 s (median of 3: 2.00 to 4.00)"
    assert row.compared == "stock: 6.00 s; ours is 0.50 of it; target: 0.33 at most"


def test_without_the_other_there_is_no_ratio() -> None:
    assert ratio([1.0], []) is None
    assert ratio([1.0], [0.0]) is None
    row = Row(section="s", what="w", ours=(2.0,), stock=(), limit=1.0)
    assert row.compared == "stock: none; target: 1 s at most"


def test_the_table_has_a_line_for_each_step_that_was_seen() -> None:
    stock = replace(VISIT, site="stock", times={"interface": 2.0, "cell": 5.0})
    warm = replace(VISIT, kind="warm", restart=0.8)
    found = rows([VISIT, stock, warm], [PROFILES["none"], PROFILES["5"]])
    cold = [row.what for row in found if row.section == SECTION and ", cold" in row.what]
    assert len(cold) == 4
    assert not any("5 Mbit/s" in row.what for row in found)
    cell = next(
        row for row in found if row.what.endswith("cold: click to the changed cell's output")
    )
    assert (cell.ours, cell.stock, cell.target) == ((2.5,), (5.0,), 0.33)


def test_what_else_a_visit_costs() -> None:
    warm = replace(VISIT, kind="warm", restart=0.8)
    found = {row.what: row for row in rows([VISIT, warm], [PROFILES["none"]])}
    memory = found["cold: memory of the tab's process after the cell"]
    assert (memory.measured, memory.target) == ("400.0 MB", 1.3)
    sent = next(row for what, row in found.items() if what.startswith("cold: what the server"))
    assert sent.what.endswith("ours 10 (2 answered with 304)")
    restart = next(row for what, row in found.items() if "restarted" in what)
    assert (restart.section, restart.ours, restart.limit) == (AROUND, (0.8,), 1.0)


def test_pages_with_and_without_buttons() -> None:
    loads = [{"interactive": 210.0, "loaded": 200.0, "longest": 0.0}]
    row = load_rows({WITH: loads, WITHOUT: [{**loads[0], "interactive": 200.0}]})[0]
    assert row.measured == "0.21 s"
    assert row.compared == (
        "the same page without: 0.20 s; ours is 1.05 of it; target: 1.05 at most"
    )
