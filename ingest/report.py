"""What an ingest did, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.web.tally import Tally


@dataclass(slots=True)
class SourceReport:
    """What an ingest found in one source; ``failed`` and ``skipped`` hold (where, reason).

    ``web`` is how its visit went where it is a site.
    """

    location: str
    collection: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0
    web: Tally | None = None

    @property
    def moved(self) -> bool:
        """Whether anything differs from what is published."""
        return bool(self.new or self.changed or self.gone)


@dataclass(slots=True)
class Report:
    """What an ingest did. ``snapshot_id`` is the current snapshot afterwards, None where there is none.

    ``embedded`` counts the passages whose vectors were computed; ``stages`` are seconds.
    """

    sources: list[SourceReport] = field(default_factory=list)
    published: bool = False
    snapshot_id: str | None = None
    pages: int = 0
    passages: int = 0
    terms: int = 0
    embedded: int = 0
    notes: list[str] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether a new snapshot would differ from the published one."""
        return bool(self.notes) or any(source.moved for source in self.sources)

    @property
    def complete(self) -> bool:
        """Whether nothing failed."""
        return not any(source.failed for source in self.sources)
