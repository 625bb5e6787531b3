"""``glossator serve`` and ``glossator up``"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

import content
from content.archive import Archive
from glossator.models import configured_embedder, configured_reranker, export_beside
from glossator.output import say
from glossator.sources import configured_sources
from glossator.verbs.ingest import ingest_options, ingest_sources, print_report
from ingest.sources import Source
from service.settings import Settings

Host = Annotated[str | None, typer.Option(help="The address to listen on.")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes a free one.")]


def serve(context: typer.Context, host: Host = None, port: Port = None) -> None:
    """Answer over HTTP, on a page and in the widget."""
    from service.app import create_app  # the web framework; the other verbs start sooner without it
    from service.server import serve as run

    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings: Settings = context.obj.model_copy(update=given)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("glossator").setLevel(logging.INFO)
    embedder = configured_embedder(settings)
    export_beside(embedder)
    app = create_app(settings, embedder, configured_reranker(settings))
    run(settings, app, lambda address: say(f"Glossator answers on {address} (Ctrl-C stops it)"))


def up(context: typer.Context, host: Host = None, port: Port = None) -> None:
    """First run of everything: ingest if nothing is published yet, then serve."""
    settings: Settings = context.obj
    if Archive(settings.data_dir).current_id() is None:
        shipped = str(Path(content.__file__).parent / "pages")
        sources = configured_sources(settings) or [Source(shipped)]
        print_report(ingest_sources(settings, sources, ingest_options(settings)))
    serve(context, host, port)
