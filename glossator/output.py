"""What the command line prints: tables and bars on a terminal, plain lines elsewhere, JSON where it is asked for."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from ingest.reading import Progress as Report

# What the numbers of a stage count.
_COUNTED = {"embed": "pages", "check": "questions"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def print_json(value: Any) -> None:
    """Print a value as one JSON document."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None) + "\n")


def say(text: str) -> None:
    """Print a line of what was done; it may hold rich's markup, so content goes through ``shown``."""
    out.print(text)


def note(text: str) -> None:
    """Print a line about the work itself, beside the output."""
    err.print(f"[dim]{shown(text)}[/dim]")


def fail(message: str) -> None:
    """Print an error."""
    err.print(f"[bold red]error:[/bold red] {shown(message)}")


def shown(text: str) -> str:
    """Return text from outside fit for a terminal: no markup of ours, no control sequences."""
    return escape(_CONTROL.sub("\ufffd", text))


def place(locator: str | None) -> str:
    """Return a locator as people say it: "page 3", "1:23"; nothing for none."""
    name, _, value = (locator or "").partition("=")
    if name != "t":
        return f"{name} {value}".strip()
    minutes, seconds = divmod(int(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]], numbers: Sequence[int] = ()) -> None:
    """Print rows; the columns ``numbers`` are set flush right. Off a terminal: one tab between two cells."""
    if not out.is_terminal:
        for row in [headings, *rows]:
            sys.stdout.write("\t".join(_CONTROL.sub("\ufffd", str(cell)).replace("\n", " ") for cell in row) + "\n")
        return
    grid = Table(box=None, header_style="bold", pad_edge=False)
    for i, heading in enumerate(headings):
        grid.add_column(heading, justify="right" if i in numbers else "left", overflow="fold")
    for row in rows:
        grid.add_row(*(shown(str(cell)) for cell in row))
    out.print(grid)


@contextmanager
def progress() -> Iterator[Report]:
    """Show progress as bars on a terminal, as one line a stage elsewhere; on standard error."""
    if not err.is_terminal:
        yield _Lines().report
        return
    columns = (
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[detail]}"),
    )  # fmt: skip
    with Progress(*columns, console=err, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def report(stage: str, done: int, total: int, detail: str = "") -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(shown(_named(stage)), total=total or None, detail=shown(detail))
            bars.update(tasks[stage], completed=done, total=total or None, detail=shown(detail))

        yield report


def _named(stage: str) -> str:
    """Return a stage with what it counts."""
    return f"{stage} {_COUNTED[stage]}" if stage in _COUNTED else stage


class _Lines:
    def __init__(self) -> None:
        self._stage = ""

    def report(self, stage: str, done: int, total: int, detail: str = "") -> None:
        if stage != self._stage:
            self._stage = stage
            sys.stderr.write(f"{_named(stage)}{f': {total:,}' if stage in _COUNTED and total else ''}\n")
