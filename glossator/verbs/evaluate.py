"""``glossator eval``"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from content.errors import ConfigurationError
from content.snapshot import Snapshot
from glossator.evaluation import evaluation_json, show_comparison, show_figures
from glossator.output import note, print_json, progress
from glossator.verbs.asking import Desk, open_desk
from ingest.reading import Progress
from service.evaluation.comparison import compare
from service.evaluation.measurement import Measured, measure
from service.evaluation.query import QueryLine, read_queries
from service.evaluation.recall import recall_curves
from service.evaluation.reliability import reliability
from service.evaluation.run import Asked, read_run, run, write_run
from service.settings import Settings


def evaluate(
    context: typer.Context,
    queries: Annotated[Path, typer.Argument(metavar="QUERIES.jsonl", help="Questions with what should be found.")],
    run_file: Annotated[Path | None, typer.Option("--run", help="Write what became of each question here.")] = None,
    collection: Annotated[str | None, typer.Option(help="Look into this collection alone.")] = None,
    snapshot: Annotated[str | None, typer.Option(metavar="ID", help="Measure this snapshot, not the current.")] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="RUN.jsonl|ID", help="Compare with an earlier run, or with another snapshot."),
    ] = None,
    plots: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Draw reliability and recall here, as SVG and PNG.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure retrieval, answers and refusals of the current snapshot."""
    settings: Settings = context.obj
    lines = read_queries(queries)
    collections = (collection,) if collection else None
    if plots is not None:
        _prepare(plots)
    with open_desk(settings, snapshot) as desk, progress() as report:
        earlier = _earlier(against, desk, lines, collections) if against else None
        asked = _ask(lines, desk, desk.snapshot, collections, report)
        if isinstance(earlier, Snapshot):
            earlier = measure(lines, _ask(lines, desk, earlier, collections, report))
    measured = measure(lines, asked)
    comparison = compare(earlier, measured) if earlier is not None else None
    if as_json:
        print_json(evaluation_json(desk.snapshot.snapshot_id, measured, comparison))
    else:
        show_figures(measured)
        if against and comparison:
            show_comparison(comparison, against, len(lines))
    if run_file is not None:
        write_run(run_file, asked)
    if plots is not None:
        _draw(plots, measured, earlier)


def _earlier(
    against: str, desk: Desk, lines: Sequence[QueryLine], collections: tuple[str, ...] | None
) -> Snapshot | list[Measured]:
    """Return the snapshot of this id, or how the questions fared in the run of this file."""
    if against in desk.archive.ids():
        other = desk.open(against)
        other.rows(collections)  # an unknown collection is told before minutes of asking, not after
        return other
    if not Path(against).exists():
        known = ", ".join(desk.archive.ids())
        raise ConfigurationError(
            f"--against {against}: there is no such run file, nor such a snapshot; there are: {known}"
        )
    measured = measure(lines, read_run(Path(against)))
    if not measured:
        raise ConfigurationError(
            f"--against {against}: no line has the id of a question. Name a run of these questions."
        )
    return measured


def _ask(
    lines: Sequence[QueryLine], desk: Desk, snapshot: Snapshot, collections: tuple[str, ...] | None, report: Progress
) -> list[Asked]:
    stage = f"ask {snapshot.snapshot_id}"
    work = run(lines, desk.assistant, snapshot, collections, lambda done: report(stage, done, len(lines)))
    return asyncio.run(work)


def _prepare(folder: Path) -> None:
    """See to it that what would hinder plots is told before the work, not after it."""
    from service.evaluation import plots  # and matplotlib, which takes a second and may be missing

    plots.prepare(folder)


def _draw(folder: Path, measured: list[Measured], earlier: list[Measured] | None) -> None:
    from service.evaluation import plots

    curves, reliable = recall_curves(measured, earlier), reliability(measured)
    drawn = plots.draw_recall(curves, folder) if curves else []
    drawn += plots.draw_reliability(reliable, folder) if reliable else []
    for path in drawn:
        note(f"drew {path}")
    if not curves:
        note("no recall curve: no question names pages that should be found")
    if not reliable:
        note("no reliability diagram: it takes questions with an answer and questions without")
