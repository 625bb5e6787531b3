"""The vector index: which passages lie nearest to a question in meaning."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from content.embedding import Vectors

Rows = NDArray[np.int64]


class VectorIndex(Protocol):
    """Vectors by row number, searched by inner product: higher is nearer."""

    def search(self, vector: Vectors, k: int, among: Sequence[range] | None = None) -> tuple[Rows, Vectors]:
        """Return the rows and scores of the at most ``k`` nearest, best first.

        ``vector`` has shape (dimension,). ``among`` are the rows that may be found; None means all.
        """

    def vectors(self, rows: Rows) -> Vectors:
        """Return the vectors of these rows, shape (rows, dimension)."""

    def save(self, path: Path) -> None:
        """Write the index to one file."""


class FlatIndex:
    """Exact search with FAISS (Douze et al., "The Faiss library", arXiv:2401.08281): IndexFlatIP."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> FlatIndex:
        """Index vectors of shape (passages, dimension)."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def open(cls, path: Path) -> FlatIndex:
        """Map a saved index into memory; it is read when it is searched."""
        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._index.d)

    def search(self, vector: Vectors, k: int, among: Sequence[range] | None = None) -> tuple[Rows, Vectors]:
        """Return the rows and scores of the at most ``k`` nearest, best first."""
        allowed = len(self) if among is None else sum(len(rows) for rows in among)
        k = min(k, allowed)
        if k == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        parameters = None
        if among is not None:
            parameters = faiss.SearchParameters(sel=_selector(among))  # type: ignore[call-arg]
        scores, rows = self._index.search(vector.reshape(1, -1), k, params=parameters)
        return rows[0], scores[0]

    def vectors(self, rows: Rows) -> Vectors:
        """Return the vectors of these rows, shape (rows, dimension)."""
        if len(rows) == 0:
            return np.empty((0, self.dimension), np.float32)
        return np.asarray(self._index.reconstruct_batch(np.asarray(rows, np.int64)), np.float32)

    def save(self, path: Path) -> None:
        """Write the index to one file."""
        faiss.write_index(self._index, str(path))


def _selector(among: Sequence[range]) -> Any:
    selectors = [faiss.IDSelectorRange(rows.start, rows.stop) for rows in among]
    chosen: Any = selectors[0]
    for selector in selectors[1:]:
        chosen = faiss.IDSelectorOr(chosen, selector)
    return chosen
