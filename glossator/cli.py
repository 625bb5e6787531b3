"""The command line: joins the verbs of ingest and service."""

from __future__ import annotations

import sys
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from content.errors import BackupError, GlossatorError, IngestRunning, SnapshotCorrupt
from glossator.output import fail
from glossator.verbs import (
    ask,
    backup,
    doctor,
    evaluate,
    extract,
    glossary,
    ingest,
    keys,
    lint,
    mcp,
    members,
    search,
    serve,
    snapshots,
)
from service.settings import load_settings

# Exit statuses: 0 done; 1 done in part, or a check failed; 2 wrong usage or configuration.
PARTLY, WRONG = 1, 2
_CHECK_FAILED = (SnapshotCorrupt, IngestRunning, BackupError)

app = typer.Typer(
    name="glossator",
    help="Answers from your own content, in quotes with links, or an honest no.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("up")(serve.up)
app.command("ingest")(ingest.ingest)
app.command("extract")(extract.extract)
app.command("lint")(lint.lint)
app.command("serve")(serve.serve)
app.command("ask")(ask.ask)
app.command("search")(search.search)
app.add_typer(snapshots.app, name="snapshots")
app.add_typer(glossary.app, name="glossary")
app.add_typer(keys.app, name="keys")
app.add_typer(members.app, name="members")
app.command("eval")(evaluate.evaluate)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.command("mcp")(mcp.mcp)
app.command("doctor")(doctor.doctor)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"glossator {version('glossator')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    data_dir: Annotated[Path | None, typer.Option(help="The folder that holds all state.")] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    show_version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Read what holds for all verbs."""
    context.obj = load_settings(data_dir=data_dir)


def main() -> None:
    """Run the command line and end the process with its status."""
    try:
        app()
    except GlossatorError as error:
        if "--debug" in sys.argv:
            traceback.print_exc()
        fail(str(error))
        sys.exit(PARTLY if isinstance(error, _CHECK_FAILED) else WRONG)
