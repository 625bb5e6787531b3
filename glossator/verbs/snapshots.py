"""``glossator snapshots``"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from content.archive import Archive
from content.errors import NoSnapshot, SnapshotError
from content.manifest import Manifest
from content.replica import roll_back
from glossator.output import fail, print_json, say, shown, table
from service.settings import Settings
from service.upkeep.follower import configured_depot

app = typer.Typer(help="The published states: look at them, check them, go back.", no_args_is_help=True)

SnapshotId = Annotated[str | None, typer.Argument(metavar="[ID]", help="A snapshot; none: the current one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _archive(context: typer.Context) -> Archive:
    settings: Settings = context.obj
    return settings.archive


def _chosen(archive: Archive, snapshot_id: str | None) -> str:
    chosen = snapshot_id or archive.current_id()
    if chosen is None:
        raise NoSnapshot(f"nothing has been published in {archive.data_dir} yet. Run: glossator ingest FOLDER")
    return chosen


@app.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the published snapshots, newest first."""
    archive = _archive(context)
    current = archive.current_id()
    found = [archive.manifest(snapshot_id) for snapshot_id in reversed(archive.ids())]
    if as_json:
        print_json([{**_summary(manifest), "current": manifest.snapshot_id == current} for manifest in found])
        return
    rows = [
        (
            "*" if one.snapshot_id == current else "",
            one.snapshot_id,
            one.created,
            one.pages,
            one.passages,
            one.terms,
        )
        for one in found
    ]
    table(("", "snapshot", "created", "pages", "passages", "terms"), rows, numbers=range(3, 6))


@app.command()
def show(context: typer.Context, snapshot_id: SnapshotId = None, as_json: AsJson = False) -> None:
    """Show what is in a snapshot and what made it."""
    archive = _archive(context)
    manifest = archive.manifest(_chosen(archive, snapshot_id))
    if as_json:
        print_json(manifest)
        return
    say(f"[bold]{manifest.snapshot_id}[/bold]  {manifest.created}")
    say(f"model    {shown(manifest.model.name)}, {manifest.dimension} dimensions, SHA-256 {manifest.model.sha256}")
    say(f"passages {manifest.model.precision}")
    say(f"chunker  {manifest.chunker}\n")
    rows = [(name, state.pages, state.passages, state.terms) for name, state in manifest.collections.items()]
    table(("collection", "pages", "passages", "terms"), rows, numbers=range(1, 4))
    say("")
    table(
        ("source", "collection", "pages"),
        [(one.location, one.collection, one.pages) for one in manifest.sources],
        (2,),
    )


@app.command()
def verify(
    context: typer.Context,
    snapshot_id: SnapshotId = None,
    every: Annotated[bool, typer.Option("--all", help="Check all snapshots.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read every file of a snapshot and hold it against what was published."""
    archive = _archive(context)
    chosen = archive.ids() if every else [_chosen(archive, snapshot_id)]
    problems = {one: _problem(archive, one) for one in chosen}
    if as_json:
        print_json(
            [{"snapshot_id": one, "whole": problem is None, "problem": problem} for one, problem in problems.items()]
        )
    for one, problem in problems.items():
        if problem is not None:
            fail(problem)
        elif not as_json:
            say(f"{one} is whole")
    if any(problems.values()):
        raise typer.Exit(1)


@app.command()
def rollback(context: typer.Context, snapshot_id: SnapshotId = None, as_json: AsJson = False) -> None:
    """Answer from an earlier snapshot again, by default from the one before the current."""
    archive, depot = _archive(context), configured_depot(context.obj)
    with archive.lock():
        manifest = roll_back(depot, archive, snapshot_id) if depot else archive.rollback(snapshot_id)
    if as_json:
        print_json(_summary(manifest))
        return
    say(f"Answering from {manifest.snapshot_id} of {manifest.created}: {manifest.pages} pages.")


@app.command()
def prune(
    context: typer.Context,
    keep: Annotated[int | None, typer.Option(min=1, help="How many stay; by default as configured.")] = None,
    as_json: AsJson = False,
) -> None:
    """Remove old snapshots; the current one always stays."""
    settings: Settings = context.obj
    archive, depot = _archive(context), configured_depot(settings)
    keep = keep or settings.keep_snapshots
    with archive.lock():
        gone = archive.prune(keep)
    if depot is not None:
        gone = sorted({*gone, *depot.prune(keep)})
    if as_json:
        print_json(gone)
    else:
        say(f"Removed {len(gone)}: {', '.join(gone)}" if gone else "Nothing to remove.")


def _problem(archive: Archive, snapshot_id: str) -> str | None:
    try:
        archive.verify(snapshot_id)
    except SnapshotError as error:
        return str(error)
    return None


def _summary(manifest: Manifest) -> dict[str, object]:
    said = asdict(manifest)
    kept = ("snapshot_id", "created", "model", "collections", "sources")
    return {name: said[name] for name in kept} | {
        "pages": manifest.pages,
        "passages": manifest.passages,
        "terms": manifest.terms,
    }
