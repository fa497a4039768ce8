"""An audit for people (a table) and for machines (JSON)."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from toolkit.audit.findings import Severity
from toolkit.audit.wheel import WheelAudit

COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def as_json(audits: Sequence[WheelAudit]) -> list[dict[str, Any]]:
    """Give audits as JSON values.

    One object for each wheel: ``wheel``, ``sound``, ``modules`` (``name``, ``size`` in
    bytes, ``imports``, ``exports``, ``needed``, ``features``) and ``findings`` (the
    attributes of :class:`toolkit.audit.findings.Finding`).
    """
    return [
        {
            "wheel": str(audit.wheel),
            "sound": not audit.errors,
            "modules": [
                {
                    "name": module.name,
                    "size": module.size,
                    "imports": len(module.imports),
                    "exports": len(module.exports),
                    "needed": list(module.needed),
                    "features": sorted(module.features),
                }
                for module in audit.modules
            ],
            "findings": [asdict(one) for one in audit.findings],
        }
        for audit in audits
    ]


def show(audit: WheelAudit, console: Console) -> None:
    """Print one audit: a line, and a table where there is something to say."""
    count = len(audit.modules)
    console.print(
        f"[bold]{escape(audit.wheel.name)}[/]: {count} {'module' if count == 1 else 'modules'}, "
        f"errors: {len(audit.errors)}, warnings: {len(audit.warnings)}",
        highlight=False,
        soft_wrap=True,
    )
    if not audit.findings:
        return
    table = Table(show_lines=False, pad_edge=False, box=None)
    for heading in ("", "where", "what", "next"):
        table.add_column(heading, overflow="fold")
    for one in audit.findings:
        colour = COLOURS[one.severity]
        why = f"\n{one.why}" if one.why else ""
        table.add_row(
            f"[{colour}]{one.severity} {one.kind}[/]",
            escape(one.where),
            escape(one.what + why),
            escape(one.do),
        )
    console.print(table)
