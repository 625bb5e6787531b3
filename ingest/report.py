"""What an ingest did, for people and for programs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ingest.web.tally import Tally

CHECK = "check"  # the stage that is no part of the work itself


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


@dataclass(frozen=True, slots=True)
class WorseAnswer:
    """A question that the new content answers worse than the published.

    ``rank`` is the place of its page among the pages found, None where it was not among them; ``score`` is that of the
    best passage, the probability that the content answers. Both are (before, now).
    """

    question: str
    collection: str
    page_id: str
    rank: tuple[int | None, int | None]
    score: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Loss:
    """A source that loses so many of its pages that it looks like an accident.

    ``before`` and ``now`` count the pages that have something to say. ``gone`` are there no more; ``emptied`` are there
    with hardly any text, or all with the same. ``examples`` are (page id, what became of it).
    """

    location: str
    collection: str
    before: int
    now: int
    gone: int
    emptied: int
    examples: list[tuple[str, str]]


@dataclass(slots=True)
class CheckReport:
    """What speaks against a new snapshot: sources that lose much, and what a replay of questions showed.

    So many questions were asked, and so many found their page among the first pages; ``compared`` were asked of the
    published snapshot too. ``held`` is whether anything was held back: the sources that lose much, of which the
    published pages stay, or all of it, where it was not published.
    """

    asked: int = 0
    found: int = 0
    compared: int = 0
    worse: list[WorseAnswer] = field(default_factory=list)
    lost: list[Loss] = field(default_factory=list)
    held: bool = False


@dataclass(slots=True)
class Report:
    """What an ingest did. ``snapshot_id`` is the current snapshot afterwards, None where there is none.

    ``embedded`` counts the passages whose vectors were computed; ``stages`` are seconds. ``check`` is None where
    there was nothing to publish, and nothing to hold back.
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
    check: CheckReport | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time that something takes to a stage's."""
        started = time.perf_counter()
        yield
        self.stages[name] = round(self.stages.get(name, 0) + time.perf_counter() - started, 3)

    @property
    def changes(self) -> bool:
        """Whether a new snapshot would differ from the published one."""
        return bool(self.notes) or any(source.moved for source in self.sources)

    @property
    def complete(self) -> bool:
        """Whether nothing failed, and nothing was held back."""
        held = self.check is not None and self.check.held
        return not held and not any(source.failed for source in self.sources)

    @property
    def seconds(self) -> float:
        """How long the work took; the check is no part of it."""
        return sum(seconds for stage, seconds in self.stages.items() if stage != CHECK)
