"""What ``spec14 info`` shows, and whether a container is well."""

import http.client
import sys
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from toolkit.errors import ServeFailed
from toolkit.pins import RUNTIME, Fact
from toolkit.runtime.distribution import read_runtime

LONGEST: Final = 32


def show_facts(found: Sequence[Fact]) -> None:
    """Print the table of ``spec14 info``."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "what", "pinned", "actual", "read from"):
        table.add_column(heading)
    for fact in found:
        mark = "ok" if fact.agrees else "[red]NO[/red]"
        table.add_row(mark, fact.name, _short(fact.pinned), _short(fact.actual or "-"), fact.source)
    # Piped, the table is as wide as it needs to be: nothing of a version is cut off.
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _short(text: str) -> str:
    """Give enough of a checksum to be recognised, and all of anything else."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"


def healthy() -> None:
    """Say whether a container is well: the toolchain is there, a server on port 8000 answers.

    Raises
    ------
    ServeFailed
        When a server listens and does not answer as it should.
    """
    read_runtime(RUNTIME)
    server = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
    try:
        server.request("GET", "/healthz")
        status = server.getresponse().status
    except ConnectionRefusedError:
        return  # not a container that serves
    except OSError as error:
        raise ServeFailed(f"the server does not answer: {error}", do="restart it") from error
    finally:
        server.close()
    if status != http.HTTPStatus.OK:
        raise ServeFailed(f"the server answers {status}", do="restart it")
