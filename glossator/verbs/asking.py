"""The assistant without a server, for the verbs that ask it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from content.archive import Archive
from content.snapshot import Snapshot
from glossator.embedder import configured_embedder
from glossator.output import place
from service.answer import ExtractiveGenerator
from service.assistant import Assistant, Thresholds
from service.model import Citation, SearchResult
from service.settings import Settings
from service.worker import Worker


@dataclass(frozen=True, slots=True)
class Desk:
    """An assistant, and the snapshot that it answers from."""

    assistant: Assistant
    snapshot: Snapshot

    def whereabouts(self, found: Citation | SearchResult) -> str:
        """Return where a quote or passage stands: its link, or else its page with the page number or time in it."""
        if found.link:
            return found.link
        locator = self.snapshot.catalog.page(found.collection, found.page_id).locator(found.start)
        return ", ".join(filter(None, (found.page_id, place(locator))))


@contextmanager
def open_desk(settings: Settings) -> Iterator[Desk]:
    """Open the current snapshot with an assistant for it."""
    embedder = configured_embedder(settings)
    snapshot = Archive(settings.data_dir).open_current(embedder.card)
    worker = Worker(settings.max_waiting)
    thresholds = Thresholds(settings.answer_threshold, settings.closest_threshold)
    try:
        yield Desk(Assistant(embedder, ExtractiveGenerator(embedder, worker), worker, thresholds), snapshot)
    finally:
        worker.close()
