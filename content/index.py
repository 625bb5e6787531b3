"""The vector index: which passages lie nearest to a question in meaning.

All vectors are compared up to some number of passages. Above it, inverted lists of coded vectors (Jégou, Douze and
Schmid, "Product quantization for nearest neighbor search", 2011) tell which may be near, and those are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from content.embedding import Vectors
from content.manifest import IndexState

Rows = NDArray[np.int64]

EXACT_UP_TO = 50_000  # passages; comparing them all takes 3 ms
_VECTORS = "vectors.faiss"
_LISTS = "lists.faiss"
_PROBES = (8, 16, 32, 64, 128, 256)
_RECALL = 0.95  # the fewest probes are taken that find so many of the nearest
_SAMPLE, _NEAREST = 200, 100  # passages whose nearest are looked for, and how many
_TRAINING = 40  # vectors a list, of which its centre is learned
_MARGIN = 64  # so many more than twice what is asked for are compared with their whole vectors
_SEED = 1


class VectorIndex(Protocol):
    """Vectors by row number, searched by inner product: higher is nearer."""

    def search(self, vector: Vectors, k: int, among: Sequence[range] | None = None) -> tuple[Rows, Vectors]:
        """Return the rows and scores of the at most ``k`` nearest, best first.

        ``vector`` has shape (dimension,). ``among`` are the rows that may be found; None means all.
        """

    def vectors(self, rows: Rows) -> Vectors:
        """Return the vectors of these rows, shape (rows, dimension)."""

    def __len__(self) -> int:
        """Return how many vectors there are."""


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


class ListIndex:
    """Near to exact search: inverted lists of vectors in eight bits a dimension say which whole ones to compare."""

    def __init__(self, flat: FlatIndex, lists: Any) -> None:
        self._flat = flat
        self._lists = lists

    @classmethod
    def build(cls, vectors: Vectors, flat: FlatIndex, lists: int, probes: int = 1) -> ListIndex:
        """Index vectors of shape (passages, dimension) in so many lists, of which so many are searched."""
        dimension = vectors.shape[1]
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(dimension), dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
        index.nprobe = probes
        random = np.random.default_rng(_SEED)
        training = np.sort(random.permutation(len(vectors))[: _TRAINING * lists])
        index.train(np.ascontiguousarray(vectors[training]))
        for at in range(0, len(vectors), EXACT_UP_TO):
            index.add(np.ascontiguousarray(vectors[at : at + EXACT_UP_TO]))
        return cls(flat, index)

    @classmethod
    def open(cls, flat: FlatIndex, path: Path) -> ListIndex:
        """Map saved lists into memory."""
        return cls(flat, faiss.read_index(str(path), faiss.IO_FLAG_MMAP))

    def tune(self) -> IndexState:
        """Choose how many lists are searched, and tell what share of the nearest that finds."""
        rows = np.random.default_rng(_SEED).permutation(len(self))[:_SAMPLE]
        vectors = self.vectors(rows)
        exact = [set(self._flat.search(vector, _NEAREST)[0].tolist()) for vector in vectors]
        recall = 0.0
        for probes in _PROBES:
            self._lists.nprobe = min(probes, self._lists.nlist)
            found = [set(self.search(vector, _NEAREST)[0].tolist()) for vector in vectors]
            recall = float(np.mean([len(one & all_of) / len(all_of) for one, all_of in zip(found, exact, strict=True)]))
            if recall >= _RECALL:
                break
        return IndexState(int(self._lists.nlist), int(self._lists.nprobe), round(recall, 4))

    def __len__(self) -> int:
        return len(self._flat)

    def search(self, vector: Vectors, k: int, among: Sequence[range] | None = None) -> tuple[Rows, Vectors]:
        """Return the rows and scores of the at most ``k`` nearest, best first; few among many are searched exactly."""
        if among is not None and sum(map(len, among)) <= EXACT_UP_TO:
            return self._flat.search(vector, k, among)
        chosen = None if among is None else _selector(among)
        parameters = faiss.SearchParametersIVF(nprobe=self._lists.nprobe, sel=chosen)  # type: ignore[call-arg]
        _, (rows,) = self._lists.search(vector.reshape(1, -1), 2 * k + _MARGIN, params=parameters)
        rows = rows[rows >= 0]
        scores = self.vectors(rows) @ vector
        best = np.argsort(-scores, kind="stable")[:k]
        return rows[best], scores[best]

    def vectors(self, rows: Rows) -> Vectors:
        """Return the vectors of these rows, shape (rows, dimension)."""
        return self._flat.vectors(rows)

    def save(self, path: Path) -> None:
        """Write the lists to one file."""
        faiss.write_index(self._lists, str(path))


def write_index(folder: Path, vectors: Vectors, exact_up_to: int = EXACT_UP_TO) -> IndexState | None:
    """Write the index that fits so many vectors; return how it is searched, None for exactly."""
    flat = FlatIndex.build(vectors)
    flat.save(folder / _VECTORS)
    if len(vectors) <= exact_up_to:
        return None
    index = ListIndex.build(vectors, flat, lists=round(4 * len(vectors) ** 0.5))
    state = index.tune()
    index.save(folder / _LISTS)
    return state


def open_index(folder: Path) -> VectorIndex:
    """Map the index of a snapshot into memory."""
    flat = FlatIndex.open(folder / _VECTORS)
    return ListIndex.open(flat, folder / _LISTS) if (folder / _LISTS).is_file() else flat


def _selector(among: Sequence[range]) -> Any:
    selectors = [faiss.IDSelectorRange(rows.start, rows.stop) for rows in among]
    chosen: Any = selectors[0]
    for selector in selectors[1:]:
        chosen = faiss.IDSelectorOr(chosen, selector)
    return chosen
