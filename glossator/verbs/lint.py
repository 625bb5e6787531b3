"""``glossator lint``"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from glossator.output import note, print_json, say, shown
from ingest.lint import Finding, Severity, counted
from ingest.lint import lint as find_faults
from service.settings import Settings

_COLOUR = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTICE: "dim"}


def lint(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Find faults of the content itself; notices alone let the check pass."""
    findings = faults(context.obj)
    if as_json:
        print_json([asdict(one) for one in findings])
    else:
        for one in findings:
            _print(one)
        note(f"{len(findings)} finding(s): {counted(findings)}" if findings else "nothing found")
    if any(one.severity is not Severity.NOTICE for one in findings):
        raise typer.Exit(1)


def faults(settings: Settings) -> list[Finding]:
    """Return the findings in what is published now. Raises NoSnapshot."""
    snapshot = settings.archive.open_current()
    try:
        return find_faults(snapshot, datetime.now(UTC).date())
    finally:
        snapshot.catalog.close()


def summary(settings: Settings) -> str:
    """Return in one line what there is to find."""
    findings = faults(settings)
    if not findings:
        return "The linter finds nothing in the content."
    return f"The linter has {len(findings)} finding(s): {counted(findings)}. Run: glossator lint"


def _print(one: Finding) -> None:
    where = f"{one.collection}/{one.page_id}:{one.line}"
    colour = _COLOUR[one.severity]
    say(f"{shown(where)}: [{colour}]{one.severity}[/{colour}] {one.check}: {shown(one.message)}")
    say(f"    {shown(one.remedy[:1].upper() + one.remedy[1:])}")
