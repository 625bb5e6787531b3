"""``glossator serve`` and ``glossator up``"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

import content
from content.archive import Archive
from content.embedding import SentenceTransformerEmbedder
from content.errors import ConfigurationError
from glossator.output import say
from glossator.verbs.ingest import configured_sources, ingest_sources, print_report
from ingest.pipeline import IngestOptions
from ingest.sources import Source
from service.settings import Settings

Host = Annotated[str | None, typer.Option(help="The address to listen on.")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes a free one.")]


def serve(context: typer.Context, host: Host = None, port: Port = None) -> None:
    """Answer over HTTP, on a page and in the widget."""
    from service.app import create_app

    settings = _with_address(context.obj, host, port)
    listening = _listen(settings)
    app = create_app(settings, SentenceTransformerEmbedder(settings.embedding_model))
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=5, server_header=False)
    _Server(config, _address(settings, listening)).run(sockets=[listening])


def up(context: typer.Context, host: Host = None, port: Port = None) -> None:
    """First run of everything: ingest if nothing is published yet, then serve."""
    settings: Settings = context.obj
    if Archive(settings.data_dir).current_id() is None:
        sources = configured_sources(settings) or [Source(str(Path(content.__file__).parent / "pages"))]
        print_report(ingest_sources(settings, sources, IngestOptions(keep=settings.keep_snapshots)))
    serve(context, host, port)


class _Server(uvicorn.Server):
    """Says its address once it answers there."""

    def __init__(self, config: uvicorn.Config, address: str) -> None:
        super().__init__(config)
        self._address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            say(f"Glossator answers on {self._address} (Ctrl-C stops it)")


def _with_address(settings: Settings, host: str | None, port: int | None) -> Settings:
    given = {"host": host, "port": port}
    return settings.model_copy(update={name: value for name, value in given.items() if value is not None})


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise ConfigurationError(
            f"cannot listen on {settings.host} port {settings.port}: {error}. "
            "Choose another with --host and --port, or stop what uses it."
        ) from error
    return listening


def _address(settings: Settings, listening: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listening.getsockname()[1]}/"
