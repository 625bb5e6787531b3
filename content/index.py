"""The vector index: which passages lie nearest to a question in meaning.

All vectors are compared up to some number of passages. Above it, inverted lists of coded vectors (Jégou, Douze and
Schmid, "Product quantization for nearest neighbor search", 2011) tell which may be near, and those are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from content.arraywriter import blocks
from content.embedding import Vectors
from content.manifest import IndexState

Rows = NDArray[np.int64]

EXACT_UP_TO = 50_000  # passages; comparing them all takes 3 ms
_VECTORS = "vectors.faiss"
_ROWS_AT = 8  # where a file of FAISS says how many vectors it holds
_LISTS = "lists.faiss"
_PROBES = (8, 16, 32, 64, 128, 256)
_RECALL = 0.95  # the fewest probes are taken that find so many of the nearest
_SAMPLE, _NEAREST = 200, 100  # passages whose nearest are looked for, and how many
_LISTED = 4  # so many times the square root of the number of passages are the lists
_TRAINING = 40  # vectors a list, of which its centre is learned
_RANGES = 4096  # vectors of which the range of each dimension of the codes is learned
_GROWN = 0.2  # centres are learned anew where the passages have become so many more or fewer, as a share
_COMPARED, _ADDED = 4096, 8192  # vectors that are compared with those of the sample, or listed, at a time
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

    def least(self, vectors: Vectors, k: int) -> Vectors:
        """Return for each of these vectors the score of its ``k``-th nearest, shape (vectors,)."""
        # By NumPy, whose BLAS is several times as fast at this as that of FAISS.
        best = np.empty((len(vectors), 0), np.float32)
        for block in blocks(range(len(self)), _COMPARED):
            scores = vectors @ self.vectors(np.arange(block.start, block.stop)).T
            best = np.concatenate([best, scores], axis=1)
            best = np.partition(best, max(0, best.shape[1] - k), axis=1)[:, -k:]
        return np.asarray(best[:, 0], np.float32)

    def vectors(self, rows: Rows) -> Vectors:
        """Return the vectors of these rows, shape (rows, dimension)."""
        if len(rows) == 0:
            return np.empty((0, self.dimension), np.float32)
        return np.asarray(self._index.reconstruct_batch(np.asarray(rows, np.int64)), np.float32)


class FlatWriter:
    """Writes the file of a FlatIndex row by row, so that vectors are never all in memory."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _VECTORS
        self._file = self._path.open("wb")
        self._header = b""
        self._rows = self._dimension = 0

    def add(self, vectors: Vectors) -> None:
        """Write the next rows, shape (rows, dimension)."""
        if not self._header:
            self._dimension = vectors.shape[1]
            self._header = faiss.serialize_index(faiss.IndexFlatIP(self._dimension)).tobytes()
            self._file.write(self._header)
        np.ascontiguousarray(vectors, np.float32).tofile(self._file)
        self._rows += len(vectors)

    def finish(self) -> Vectors:
        """End the file, and return all that it holds, mapped into memory."""
        # The header is that of an empty index, but for how many vectors follow, and how many numbers that makes.
        self._file.seek(_ROWS_AT)
        np.int64(self._rows).tofile(self._file)
        self._file.seek(len(self._header) - 8)
        np.int64(self._rows * self._dimension).tofile(self._file)
        self.close()
        shape = (self._rows, self._dimension)
        return np.memmap(self._path, np.float32, "r", offset=len(self._header), shape=shape)

    def remove(self) -> None:
        """Remove the file, where something else holds the vectors."""
        self._path.unlink()

    def close(self) -> None:
        """Let go of the file, finished or not."""
        self._file.close()


class ListIndex:
    """Near to exact search: inverted lists of vectors in eight bits a dimension say which whole ones to compare."""

    def __init__(self, flat: FlatIndex, lists: Any) -> None:
        self._flat = flat
        self._lists = lists

    @classmethod
    def build(
        cls, vectors: Vectors, flat: FlatIndex, lists: int, probes: int = 1, centres: Vectors | None = None
    ) -> ListIndex:
        """Index vectors of shape (passages, dimension) in so many lists, of which so many are searched.

        ``centres`` are those of the lists where they need not be learned.
        """
        dimension = vectors.shape[1]
        quantizer = faiss.IndexFlatIP(dimension)
        index = faiss.IndexIVFScalarQuantizer(
            quantizer, dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
        index.nprobe = probes
        if centres is None:
            faiss.Clustering(dimension, lists, index.cp).train(_sample(vectors, _TRAINING * lists), quantizer)
        else:
            quantizer.add(centres)
        index.train(_sample(vectors, _RANGES))
        for at in range(0, len(vectors), _ADDED):
            index.add(np.ascontiguousarray(vectors[at : at + _ADDED]))
        return cls(flat, index)

    @classmethod
    def open(cls, flat: FlatIndex, path: Path) -> ListIndex:
        """Map saved lists into memory."""
        return cls(flat, faiss.read_index(str(path), faiss.IO_FLAG_MMAP))

    def tune(self) -> IndexState:
        """Choose how many lists are searched, and tell what share of the nearest that finds."""
        rows = np.random.default_rng(_SEED).permutation(len(self))[:_SAMPLE]
        vectors = self.vectors(rows)
        # By scores, since of passages that say the same any may be found. Two ways to add up differ in the last digit.
        least = self._flat.least(vectors, _NEAREST) - 1e-6
        recall = 0.0
        for probes in _PROBES:
            self._lists.nprobe = min(probes, self._lists.nlist)
            found = [
                (self.search(vector, _NEAREST)[1] >= low).sum() for vector, low in zip(vectors, least, strict=True)
            ]
            recall = float(np.mean(found)) / _NEAREST
            if recall >= _RECALL:
                break
        return IndexState(int(self._lists.nlist), int(self._lists.nprobe), round(recall, 4))

    @property
    def centres(self) -> Vectors:
        """The centres of the lists, shape (lists, dimension)."""
        return np.asarray(self._lists.quantizer.reconstruct_n(0, self._lists.nlist), np.float32)

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


@dataclass(frozen=True, slots=True)
class Former:
    """The index of the snapshot before, and how it is searched."""

    index: VectorIndex
    state: IndexState | None


def write_lists(
    folder: Path, vectors: Vectors, former: Former | None = None, exact_up_to: int = EXACT_UP_TO
) -> IndexState | None:
    """Write the lists that so many vectors need beside the vectors' own file; return how they are searched.

    That is None for exactly. The centres of the lists are those of ``former`` as long as they do as well as they did:
    to learn them takes longer than all else.
    """
    if len(vectors) <= exact_up_to:
        return None
    flat = FlatIndex.open(folder / _VECTORS)
    index, state = _taken_over(vectors, flat, former) or _learned(vectors, flat)
    index.save(folder / _LISTS)
    return state


def _learned(vectors: Vectors, flat: FlatIndex) -> tuple[ListIndex, IndexState]:
    index = ListIndex.build(vectors, flat, lists=round(_LISTED * len(vectors) ** 0.5))
    return index, index.tune()


def _taken_over(vectors: Vectors, flat: FlatIndex, former: Former | None) -> tuple[ListIndex, IndexState] | None:
    if former is None or former.state is None or not isinstance(former.index, ListIndex):
        return None
    learned_from = (former.state.lists / _LISTED) ** 2  # passages
    centres = former.index.centres
    if abs(len(vectors) - learned_from) > _GROWN * learned_from or centres.shape[1] != vectors.shape[1]:
        return None
    index = ListIndex.build(vectors, flat, former.state.lists, centres=centres)
    state = index.tune()
    worse = state.probes > former.state.probes or state.recall < min(_RECALL, former.state.recall)
    return None if worse else (index, state)


def _sample(vectors: Vectors, count: int) -> Vectors:
    """Return so many of the vectors, at most all of them."""
    rows = np.random.default_rng(_SEED).permutation(len(vectors))[:count]
    return np.ascontiguousarray(vectors[np.sort(rows)])


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
