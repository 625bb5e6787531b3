"""``glossator serve`` and ``glossator up``"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import content
from glossator.garbage import lasting
from glossator.models import configured_embedder, configured_reranker, export_beside
from glossator.output import say
from glossator.sources import configured_sources
from glossator.verbs.ingest import ingest_options, ingest_sources, print_report
from ingest.sources import Source
from service.settings import Settings
from service.upkeep.follower import configured_depot

if TYPE_CHECKING:
    from fastapi import FastAPI

Host = Annotated[str | None, typer.Option(help="The address to listen on.")]
Workers = Annotated[int | None, typer.Option(min=1, help="How many processes serve.")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes a free one.")]


def serve(context: typer.Context, host: Host = None, port: Port = None, workers: Workers = None) -> None:
    """Answer over HTTP, on a page and in the widget."""
    from service.server import serve as run  # the web framework; the other verbs start sooner without it
    from service.telemetry import logs

    options = {"host": host, "port": port, "workers": workers}
    settings: Settings = context.obj.model_copy(
        update={name: value for name, value in options.items() if value is not None}
    )
    logs.configure(settings.log_format)
    export_beside(configured_embedder(settings))
    run(settings, application, lambda address: say(f"Glossator answers on {address} (Ctrl-C stops it)"))


def application(settings: Settings) -> FastAPI:
    """Return the application of one serving process."""
    from service.telemetry import logs

    logs.configure(settings.log_format)  # a worker is a new process, in which nothing is configured yet
    with lasting():
        from service.app import create_app

        return create_app(settings, configured_embedder(settings), configured_reranker(settings))


def up(context: typer.Context, host: Host = None, port: Port = None) -> None:
    """First run of everything: ingest if nothing is published yet, then serve."""
    settings: Settings = context.obj
    depot = configured_depot(settings)
    if settings.archive.current_id() is None and (depot is None or depot.current_id() is None):
        shipped = str(Path(content.__file__).parent / "pages")
        sources = configured_sources(settings) or [Source(shipped)]
        print_report(ingest_sources(settings, sources, ingest_options(settings)))
    serve(context, host, port)
