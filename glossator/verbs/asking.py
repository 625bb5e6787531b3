"""The assistant without a server, for the verbs that ask it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from content.archive import Archive
from content.embedding import ModelCard
from content.snapshot import Snapshot
from glossator.models import configured_embedder, configured_reranker
from glossator.output import place
from service.assistant import Assistant, Thresholds
from service.generation.configured import configured_writing
from service.model import Citation, SearchResult
from service.settings import Settings
from service.worker import Worker


@dataclass(frozen=True, slots=True)
class Desk:
    """An assistant, and the snapshot that it answers from.

    ``archive`` holds the others, ``card`` is the assistant's embedding model.
    """

    assistant: Assistant
    snapshot: Snapshot
    archive: Archive
    card: ModelCard

    def open(self, snapshot_id: str) -> Snapshot:
        """Open another snapshot for the assistant. Raises NotFound, SnapshotCorrupt or SnapshotMismatch."""
        return self.archive.open(snapshot_id, self.card)

    def whereabouts(self, found: Citation | SearchResult) -> str:
        """Return where a quote or passage stands: its link, or else its page with the page number or time in it."""
        if found.link:
            return found.link
        locator = self.snapshot.catalog.page(found.collection, found.page_id).locator(found.start)
        return ", ".join(filter(None, (found.page_id, place(locator))))


@contextmanager
def open_desk(settings: Settings, snapshot_id: str | None = None) -> Iterator[Desk]:
    """Open a snapshot, by default the current one, with an assistant for it."""
    embedder = configured_embedder(settings)
    archive = settings.archive
    card = embedder.card
    snapshot = archive.open(snapshot_id, card) if snapshot_id else archive.open_current(card)
    worker = Worker(settings.max_waiting, embedder)
    thresholds = Thresholds(settings.answer_threshold, settings.closest_threshold)
    try:
        reranker = configured_reranker(settings)
        writing = configured_writing(settings, embedder, worker, reranker)
        assistant = Assistant(embedder, writing, worker, thresholds, reranker)
        yield Desk(assistant, snapshot, archive, card)
    finally:
        worker.close()
