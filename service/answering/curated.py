"""Curated answers as this process knows them: matched to a question by meaning."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from content.embedding import Embedder, Vectors
from service.store import answers
from service.store.rows import CuratedAnswer
from service.store.store import Store
from service.worker import Worker


@dataclass(frozen=True, slots=True)
class _OfSite:
    answers: tuple[CuratedAnswer, ...]
    vectors: Vectors


class Curated:
    """The owner's answers of all sites. A question means the same from a cosine of ``threshold`` on."""

    def __init__(self, store: Store, embedder: Embedder, worker: Worker, threshold: float) -> None:
        self._store = store
        self._embedder = embedder
        self._worker = worker
        self._threshold = threshold
        self._of_site: dict[str, _OfSite] = {}
        self._version: tuple[int, int] | None = None

    @property
    def version(self) -> tuple[int, int] | None:
        """What changes whenever an answer does, None before the first were read."""
        return self._version

    def match(self, site_id: str, question: Vectors) -> CuratedAnswer | None:
        """Return the answer whose question means the same as an embedded one, None where there is none."""
        known = self._of_site.get(site_id)
        if known is None:
            return None
        near = known.vectors @ question
        best = int(np.argmax(near))
        answer = known.answers[best]
        expired = answer.expires_at is not None and answer.expires_at <= datetime.now(UTC)
        return None if expired or near[best] < self._threshold else answer

    async def refresh(self) -> None:
        """Take over what has changed in the store. Raises StoreUnavailable, Busy."""
        version = await answers.version(self._store.database)
        if version == self._version:
            return
        by_site: dict[str, list[CuratedAnswer]] = defaultdict(list)
        for answer in await answers.all_of_them(self._store.database):
            by_site[answer.site_id].append(answer)
        self._of_site = {site_id: await self._embedded(tuple(found)) for site_id, found in by_site.items()}
        self._version = version

    async def _embedded(self, found: tuple[CuratedAnswer, ...]) -> _OfSite:
        embedded = await self._worker.run(self._embedder.encode_questions, [answer.question for answer in found])
        return _OfSite(found, embedded.vectors)
