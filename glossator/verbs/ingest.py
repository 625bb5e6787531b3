"""``glossator ingest``"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from content.errors import ConfigurationError, ModelError
from glossator.models import configured_embedder, export_once, ingesting_embedder
from glossator.output import note, print_json, progress, say, shown, table
from glossator.repeat import repeat
from glossator.sources import SourceOptions, configured_sources, named_source
from glossator.verbs import lint
from ingest.check import CheckOptions
from ingest.engine import LocalEngine
from ingest.pipeline import WEB_FOLDER, IngestOptions
from ingest.pipeline import ingest as run_ingest
from ingest.ray import RayEngine
from ingest.report import CHECK, CheckReport, Loss, Report
from ingest.sources import Source
from ingest.web.store import forget
from service.settings import Settings
from service.upkeep.follower import configured_depot
from service.upkeep.interval import seconds


class Engine(StrEnum):
    """The engines by their names."""

    LOCAL = "local"
    RAY = "ray"


# Of what is skipped for the same reason so many are named; --json names all.
_EXAMPLES = 3


def ingest(
    context: typer.Context,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SOURCE]...",
            help="Folders, files, .jsonl feeds, addresses of pages or sitemaps; none: those configured.",
        ),
    ] = None,
    collection: Annotated[str | None, typer.Option(help="The collection that the named sources belong to.")] = None,
    crawl: Annotated[
        bool, typer.Option("--crawl", help="Follow the links of the named pages to all of their site.")
    ] = False,
    depth: Annotated[int | None, typer.Option(min=0, help="How many links a crawl goes from its start.")] = None,
    max_pages: Annotated[int | None, typer.Option(min=1, help="How many pages of a site are read at most.")] = None,
    include: Annotated[list[str] | None, typer.Option(metavar="GLOB", help="Read only these paths.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(metavar="GLOB", help="Leave these paths out.")] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="The named sites may lie in a private network.")
    ] = False,
    remove: Annotated[list[str] | None, typer.Option(metavar="SOURCE", help="Drop a source's pages.")] = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Compute every vector anew.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Publish although the check would hold it back.")] = False,
    every: Annotated[
        str | None, typer.Option(metavar="INTERVAL", help="Run again and again: 30m, 6h, 1d. Ends on Ctrl-C.")
    ] = None,
    engine: Annotated[
        Engine, typer.Option(help="Where documents are read and passages embedded: in this process, or by Ray.")
    ] = Engine.LOCAL,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, publish nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Read sources into a new snapshot and publish it."""
    settings: Settings = context.obj
    options = SourceOptions(crawl, depth, max_pages, tuple(include or ()), tuple(exclude or ()), allow_private)
    named = [options.of(named_source(settings, location, collection)) for location in sources or []]
    gone = tuple(named_source(settings, location, collection) for location in remove or [])
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
        repeat(_arguments(settings, sources or [], collection, options, force, as_json, engine), _seconds(every))
        return
    how = replace(ingest_options(settings, force), remove=gone, rebuild=rebuild, dry_run=dry_run)
    report = ingest_sources(settings, named, how, engine)
    if not dry_run:
        for source in gone:
            forget(settings.data_dir / WEB_FOLDER, source.key)
    print_json(asdict(report)) if as_json else print_report(report, dry_run)
    if report.published:
        note(lint.summary(settings))
        _export(settings)
    if not report.complete:
        raise typer.Exit(1)


def _export(settings: Settings) -> None:
    try:
        export_once(configured_embedder(settings))
    except ModelError as error:
        note(str(error))


def _seconds(interval: str) -> int:
    try:
        return seconds(interval)
    except ValueError as error:
        raise ConfigurationError(f"--every: {error}") from error


def _arguments(
    settings: Settings,
    sources: list[str],
    collection: str | None,
    options: SourceOptions,
    force: bool,
    as_json: bool,
    engine: Engine,
) -> list[str]:
    """Return the arguments of a single run."""
    given = ["--force"] * force + ["--json"] * as_json + (["--collection", collection] if collection else [])
    given += ["--engine", engine.value]
    return ["--data-dir", str(settings.data_dir), "ingest", *given, *options.arguments(), "--", *sources]


def ingest_options(settings: Settings, force: bool = False) -> IngestOptions:
    """Return how the configuration wants sources ingested."""
    rules = CheckOptions(
        settings.answer_threshold, settings.check_share, settings.check_lost_share, settings.question_days, force
    )
    return IngestOptions(keep=settings.keep_snapshots, check=rules)


def ingest_sources(
    settings: Settings, sources: list[Source], options: IngestOptions, engine: Engine = Engine.LOCAL
) -> Report:
    """Ingest with progress on the terminal."""
    embedder = ingesting_embedder(settings)
    at_work = LocalEngine() if engine is Engine.LOCAL else RayEngine(partial(ingesting_embedder, settings))
    try:
        with progress() as shown_progress:
            depot = configured_depot(settings)
            return run_ingest(settings.archive, sources, embedder, options, shown_progress, depot, at_work)
    except KeyboardInterrupt:
        if any(source.on_web for source in sources):
            note("Stopped. What was fetched is kept: the same command goes on from there.")
        raise


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
    headings = ("source", "collection", "new", "changed", "unchanged", "gone", "failed", "read in s")
    table(headings, rows, numbers=range(2, 8))
    for one in report.sources:
        if one.web:
            say(f"[dim]visited[/dim] {shown(one.location)}: {one.web}")
        for where, reason in one.failed:
            say(f"[red]failed[/red]  {shown(where)}: {shown(reason)}")
        _print_skipped(one.skipped)
    size = f"{report.pages} pages, {report.passages} passages, {report.terms} terms"
    if report.check:
        _print_losses(report.check.lost)
        _print_check(report.check, report.stages.get(CHECK, 0))
    held = report.check is not None and report.check.held
    if dry_run:
        say("Nothing was published (--dry-run).")
    elif report.published:
        embedded = f"{report.embedded} passages embedded"
        say(f"Published {report.snapshot_id}: {size}; {embedded}, {report.seconds:.1f} s.")
    elif report.check and report.check.asked and held:
        worse = f"{len(report.check.worse)} of {report.check.compared} questions are answered worse"
        say(f"[red]Not published[/red]: {worse}; {report.snapshot_id} stays.")
    elif report.snapshot_id:
        say(f"{'Nothing else' if held else 'Nothing'} changed; {report.snapshot_id} stays: {size}.")
    if report.check and held:
        for loss in report.check.lost:
            say(f"[red]{'Would be held back' if dry_run else 'Held back'}[/red]: {_loss(loss)}")
        say("If that is as it should be, --force publishes it; --remove drops a source.")


def _print_skipped(skipped: Sequence[tuple[str, str]]) -> None:
    by_reason: dict[str, list[str]] = {}
    for where, reason in skipped:
        by_reason.setdefault(reason, []).append(where)
    for reason, places in by_reason.items():
        for where in places[:_EXAMPLES]:
            say(f"[dim]skipped[/dim] {shown(where)}: {shown(reason)}")
        if len(places) > _EXAMPLES:
            say(f"[dim]skipped[/dim] {len(places) - _EXAMPLES:,} more: {shown(reason)}")


def _print_losses(lost: Sequence[Loss]) -> None:
    if not lost:
        return
    rows = [(one.location, one.collection, one.before, one.now, one.gone, one.emptied) for one in lost]
    table(("loses pages", "collection", "before", "now", "gone", "emptied"), rows, range(2, 6))
    for one in lost:
        for page_id, what in one.examples:
            say(f"[red]lost[/red]    {shown(page_id)}: {what}")
        if more := one.gone + one.emptied - len(one.examples):
            say(f"[red]lost[/red]    {more} more of this source")


def _loss(loss: Loss) -> str:
    """Return what becomes of a source that was held back."""
    return f"{shown(loss.location)} had {loss.before} pages and would have {loss.now}; those that are published stay."


def _print_check(check: CheckReport, seconds: float) -> None:
    if not check.asked:
        return
    compared = f", {check.compared} compared with before, {len(check.worse)} worse" if check.compared else ""
    say(f"Checked {check.asked} questions: {check.found} find their page{compared} ({seconds:.1f} s).")
    if check.worse:
        rows = [(one.question, one.page_id, one.collection, *map(_place, one.rank, one.score)) for one in check.worse]
        table(("worse", "page", "collection", "before", "now"), rows, (3, 4))


def _place(rank: int | None, score: float) -> str:
    return f"{f'rank {rank}' if rank else 'not found'}, score {score:.2f}"
