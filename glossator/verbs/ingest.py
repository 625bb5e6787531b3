"""``glossator ingest``"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

import typer

from content.archive import Archive
from content.errors import ConfigurationError
from content.model import DEFAULT_COLLECTION
from glossator.embedder import configured_embedder
from glossator.output import note, print_json, progress, say, shown, table
from glossator.repeat import repeat
from ingest.check import CheckOptions
from ingest.pipeline import IngestOptions
from ingest.pipeline import ingest as run_ingest
from ingest.report import CHECK, CheckReport, Report
from ingest.sources import Source
from service.interval import seconds
from service.settings import Settings


def ingest(
    context: typer.Context,
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="[SOURCE]...", help="Folders, files, .jsonl feeds; none: those of the configuration."),
    ] = None,
    collection: Annotated[str | None, typer.Option(help="The collection that the named sources belong to.")] = None,
    remove: Annotated[list[str] | None, typer.Option(metavar="SOURCE", help="Drop a source's pages.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Compute every vector anew.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Publish even if known questions get worse answers.")] = False,
    every: Annotated[
        str | None, typer.Option(metavar="INTERVAL", help="Run again and again: 30m, 6h, 1d. Ends on Ctrl-C.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, publish nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Read sources into a new snapshot and publish it."""
    settings: Settings = context.obj
    named = [_known(Source(location, collection or DEFAULT_COLLECTION), settings) for location in sources or []]
    gone = tuple(Source(location, collection or DEFAULT_COLLECTION) for location in remove or [])
    if not named and not gone:
        named = configured_sources(settings)
        if not named:
            raise ConfigurationError(
                "no source is named and none is configured. Run: glossator ingest FOLDER, "
                "or add [[source]] tables to glossator.toml."
            )
    if every is not None:
        if gone or rebuild or dry_run:
            raise ConfigurationError("--every goes with neither --remove nor --rebuild nor --dry-run: do those once")
        repeat(_arguments(settings, sources or [], collection, force, as_json), _seconds(every))
        return
    options = replace(ingest_options(settings, force), remove=gone, rebuild=rebuild, dry_run=dry_run)
    report = ingest_sources(settings, named, options)
    print_json(asdict(report)) if as_json else print_report(report, dry_run)
    if not report.complete:
        raise typer.Exit(1)


def _known(source: Source, settings: Settings) -> Source:
    """Return a named source as the configuration has it, as it is where that does not know it."""
    return {one.key: one for one in configured_sources(settings)}.get(source.key, source)


def _seconds(interval: str) -> int:
    try:
        return seconds(interval)
    except ValueError as error:
        raise ConfigurationError(f"--every: {error}") from error


def _arguments(settings: Settings, sources: list[str], collection: str | None, force: bool, as_json: bool) -> list[str]:
    """Return the arguments of a single run."""
    options = ["--force"] * force + ["--json"] * as_json + (["--collection", collection] if collection else [])
    return ["--data-dir", str(settings.data_dir), "ingest", *options, "--", *sources]


def ingest_options(settings: Settings, force: bool = False) -> IngestOptions:
    """Return how the configuration wants sources ingested."""
    rules = CheckOptions(settings.answer_threshold, settings.check_share, settings.question_days, force)
    return IngestOptions(keep=settings.keep_snapshots, check=rules)


def configured_sources(settings: Settings) -> list[Source]:
    """Return the sources of the configuration."""
    return [Source(source.location, source.collection, source.base_url) for source in settings.source]


def ingest_sources(settings: Settings, sources: list[Source], options: IngestOptions) -> Report:
    """Ingest with progress on the terminal."""
    embedder = configured_embedder(settings)
    with progress() as shown_progress:
        return run_ingest(Archive(settings.data_dir), sources, embedder, options, shown_progress)


def print_report(report: Report, dry_run: bool = False) -> None:
    """Print what an ingest did."""
    for text in report.notes:
        note(text)
    rows = [
        (
            one.location,
            one.collection,
            one.new,
            one.changed,
            one.unchanged,
            one.gone,
            len(one.failed),
            f"{one.seconds:.1f}",
        )
        for one in report.sources
    ]
    headings = ("source", "collection", "new", "changed", "unchanged", "gone", "failed", "seconds")
    table(headings, rows, numbers=range(2, 8))
    for one in report.sources:
        for where, reason in one.failed:
            say(f"[red]failed[/red]  {shown(where)}: {shown(reason)}")
        for where, reason in one.skipped:
            say(f"[dim]skipped[/dim] {shown(where)}: {shown(reason)}")
    size = f"{report.pages} pages, {report.passages} passages, {report.terms} terms"
    if report.check:
        _print_check(report.check, report.stages[CHECK])
    if dry_run:
        say("Nothing was published (--dry-run).")
    elif report.published:
        say(f"Published {report.snapshot_id}: {size}; {report.embedded} embedded, {report.seconds:.1f} s.")
    elif report.check and report.check.held:
        say(f"[red]Not published[/red]: too much is answered worse; {report.snapshot_id} stays. --force publishes.")
    elif report.snapshot_id:
        say(f"Nothing changed; {report.snapshot_id} stays: {size}.")


def _print_check(check: CheckReport, seconds: float) -> None:
    compared = f", {check.compared} compared with before, {len(check.worse)} worse" if check.compared else ""
    say(f"Checked {check.asked} questions: {check.found} find their page{compared} ({seconds:.1f} s).")
    if check.worse:
        rows = [(one.question, one.page_id, one.collection, *map(_place, one.rank, one.score)) for one in check.worse]
        table(("worse", "page", "collection", "before", "now"), rows, (3, 4))


def _place(rank: int | None, score: float) -> str:
    return f"{f'rank {rank}' if rank else 'not found'}, score {score:.2f}"
