"""Making: pages become passages with vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from content.catalog import StoredPage
from content.embedding import Embedder, TokenVectors, Vectors
from content.interaction import PackedTokens, Projection
from content.model import Page
from ingest.chunk import Chunk, cut

_BATCH = 256  # passages embedded in one go; the vectors of all their tokens are held until they are packed

Written = tuple[StoredPage, Vectors, list[PackedTokens]]  # a page as it is written


@dataclass(frozen=True, slots=True)
class FreshPage:
    """A page that needs new passages and vectors, and the location that it is from."""

    page: Page
    source: str


class Making:
    """Cuts pages and embeds their passages.

    How token vectors are packed is learned from the first passages, where it is not known from before. ``passages`` are
    embedded so far; ``watch`` is told of it, a batch at a time.
    """

    def __init__(self, embedder: Embedder, projection: Projection | None) -> None:
        self.embedder = embedder
        self.projection = projection
        self.passages = 0
        self.watch: Callable[[int], None] = lambda passages: None

    def cut(self, fresh: Sequence[FreshPage]) -> list[list[Chunk]]:
        """Return the passages of pages."""
        return cut([new.page for new in fresh], self.embedder)

    def embed(self, fresh: Sequence[FreshPage], cuts: Sequence[Sequence[Chunk]]) -> list[Written]:
        """Return pages with their passages and vectors."""
        rows = iter(self._embed([chunk for page in cuts for chunk in page]))
        written: list[Written] = []
        for new, page in zip(fresh, cuts, strict=True):
            stored = StoredPage(new.page, new.source, new.page.digest, tuple(chunk.passage for chunk in page))
            vectors, packed = zip(*islice(rows, len(page)), strict=True)
            written.append((stored, np.stack(vectors), list(packed)))
        return written

    def _embed(self, chunks: Sequence[Chunk]) -> list[tuple[Vectors, PackedTokens]]:
        # Long and short texts are embedded apart, so that little of a batch is padding.
        order = sorted(range(len(chunks)), key=lambda i: -len(chunks[i].embedded))
        made: dict[int, tuple[Vectors, PackedTokens]] = {}
        for at in range(0, len(order), _BATCH):
            rows = order[at : at + _BATCH]
            batch = self.embedder.encode_passages([chunks[i].embedded for i in rows])
            if self.projection is None and any(map(len, batch.tokens)):
                self.projection = Projection.learn(batch.tokens)
            for i, vector, tokens in zip(rows, batch.vectors, batch.tokens, strict=True):
                made[i] = vector, self._packed(chunks[i].own(tokens))
            self.passages += len(rows)
            self.watch(self.passages)
        return [made[i] for i in range(len(chunks))]

    def _packed(self, tokens: TokenVectors) -> PackedTokens:
        return PackedTokens.none() if self.projection is None else self.projection.compress(tokens)
