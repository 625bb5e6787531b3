"""The sources that a command line or the configuration names."""

from __future__ import annotations

from dataclasses import dataclass, replace

from content.model import DEFAULT_COLLECTION
from ingest.sources import Kind, Source, WebOptions
from service.settings import Settings
from service.sources import SourceSettings


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What a command line says of the sources that it names; what it leaves open stays as it is configured."""

    crawl: bool = False
    depth: int | None = None
    max_pages: int | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    allow_private: bool = False

    def of(self, source: Source) -> Source:
        """Return the source with these options."""
        return replace(
            source,
            kind=Kind.CRAWL if self.crawl else source.kind,
            include=self.include or source.include,
            exclude=self.exclude or source.exclude,
            web=replace(
                source.web,
                depth=source.web.depth if self.depth is None else self.depth,
                max_pages=self.max_pages or source.web.max_pages,
                allow_private=self.allow_private or source.web.allow_private,
            ),
        )

    def arguments(self) -> list[str]:
        """Return the options as they stand on a command line."""
        given = ["--crawl"] * self.crawl + ["--allow-private"] * self.allow_private
        given += [] if self.depth is None else ["--depth", str(self.depth)]
        given += [] if self.max_pages is None else ["--max-pages", str(self.max_pages)]
        given += [argument for glob in self.include for argument in ("--include", glob)]
        return given + [argument for glob in self.exclude for argument in ("--exclude", glob)]


def configured_sources(settings: Settings) -> list[Source]:
    """Return the sources of the configuration."""
    return [_source(one) for one in settings.source]


def named_source(settings: Settings, location: str, collection: str | None = None) -> Source:
    """Return the source at a location, as it is configured where it is.

    Without ``collection`` it is the configured one at that location if there is exactly one.
    """
    plain = Source(location, collection or DEFAULT_COLLECTION)
    there = [one for one in configured_sources(settings) if one.key[0] == plain.key[0]]
    if collection is None and len(there) == 1:
        return there[0]
    return next((one for one in there if one.key == plain.key), plain)


def _source(said: SourceSettings) -> Source:
    return Source(
        location=said.location,
        collection=said.collection,
        base_url=said.base_url,
        kind=Kind(said.kind) if said.kind else None,
        include=said.include,
        exclude=said.exclude,
        web=WebOptions(
            depth=said.depth,
            max_pages=said.max_pages,
            delay=said.delay,
            ports=said.ports,
            allow_private=said.allow_private,
            credentials=said.credentials,
            credentials_header=said.credentials_header,
        ),
    )
