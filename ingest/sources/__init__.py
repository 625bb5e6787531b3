"""Places that pages come from: one module a kind of place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from content.errors import SourceError
from ingest.sources.feed import FEED_SUFFIX, read_feed
from ingest.sources.folder import read_file, read_folder
from ingest.sources.raw import RawPage, Skipped
from ingest.sources.source import Kind, Source, WebOptions
from ingest.sources.web import read_web
from ingest.web.crawl import Watch


def read(source: Source, room: Path | None = None, watch: Watch = lambda tally: None) -> Iterator[RawPage | Skipped]:
    """Yield a source's pages as they lie there, and what of it is not read.

    What is fetched from the web is kept in the folder ``room`` for the next time, and ``watch`` is told how far it is.
    Raises SourceError where the place as a whole cannot be read.
    """
    if source.on_web:
        return read_web(source, room, watch)
    path = Path(source.location).expanduser()
    kind = source.kind or _kind(path)
    if kind is Kind.FOLDER and path.is_dir():
        return read_folder(path, source.chosen)
    if kind is Kind.FEED and path.is_file():
        return read_feed(path)
    if kind is Kind.FILE and path.is_file():
        return read_file(path)
    if path.exists():
        raise SourceError(f"source {source.location}: it is no {kind}. Correct its `kind`, or leave it out.")
    raise SourceError(
        f"source {source.location}: there is no such file or folder (looked for {path.resolve()}). Check the path."
    )


def _kind(path: Path) -> Kind:
    if path.is_dir():
        return Kind.FOLDER
    return Kind.FEED if path.suffix.lower() == FEED_SUFFIX else Kind.FILE


__all__ = ["Kind", "RawPage", "Skipped", "Source", "WebOptions", "read"]
