"""Places that pages come from: one module a kind of place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from content.errors import SourceError
from content.model import DEFAULT_COLLECTION
from ingest.sources.feed import FEED_SUFFIX, read_feed
from ingest.sources.folder import read_file, read_folder
from ingest.sources.raw import RawPage, Skipped


@dataclass(frozen=True, slots=True)
class Source:
    """A place and the collection that its pages belong to; (resolved location, collection) is its key.

    Pages that state no address of their own get ``base_url`` followed by their id.
    """

    location: str
    collection: str = DEFAULT_COLLECTION
    base_url: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the source, however its location was written."""
        return str(Path(self.location).expanduser().resolve()), self.collection


def read(source: Source) -> Iterator[RawPage | Skipped]:
    """Yield a source's pages as they lie there, and what of it is not read.

    Raises SourceError where the place as a whole cannot be read.
    """
    if source.location.startswith(("http://", "https://")):
        raise SourceError(
            f"source {source.location}: this version does not fetch web pages. "
            "Save the pages into a folder and name that."
        )
    path = Path(source.location).expanduser()
    if path.is_dir():
        return read_folder(path)
    if path.suffix.lower() == FEED_SUFFIX and path.is_file():
        return read_feed(path)
    if path.is_file():
        return read_file(path)
    raise SourceError(
        f"source {source.location}: there is no such file or folder (looked for {path.resolve()}). Check the path."
    )


__all__ = ["RawPage", "Skipped", "Source", "read"]
