"""Late interaction: how well the tokens of a question are matched by tokens of a passage.

Each token of the question looks for the token of the passage that is nearest to it in meaning; the mean of these
similarities is the score (MaxSim, Khattab and Zaharia, "ColBERT", arXiv:2004.12832). Here it needs no model of its own:
the tokens are the last hidden states of the embedding model, from the same pass that made the passage's vector. Rare
tokens of the question count more, by their inverse document frequency.

Token vectors are centred, rotated at random onto 256 dimensions and kept in four bits a dimension: 128 bytes a token.
On three glossaries the packing costs up to .006 of nDCG@10 against whole centred vectors, and centring gains more than
that on two of them (tests/bench/RESULTS.md). A random rotation is learned from no text, so it fits every corpus
(Johnson and Lindenstrauss 1984).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from content.arraywriter import ArrayWriter, blocks
from content.embedding import TokenVectors, Vectors, unit
from content.index import Rows

_DIMENSIONS = 256
_SEED = 0
# The step of the four bits. A coordinate of a unit vector in 256 dimensions has a standard deviation of 1/16, so the
# sixteen steps reach to nearly four of them.
_STEP = 0.03
_LOWEST, _HIGHEST = -8, 7

Codes = NDArray[np.uint8]

_PASSAGES = 4096  # are taken over at a time
_RAW_IDS = "ids.raw"

# The arrays of a passage's tokens: their type, and their shape behind the number of tokens.
_PARTS: dict[str, tuple[type[np.generic], tuple[int, ...]]] = {
    "codes": (np.uint8, (_DIMENSIONS // 2,)),
    "spans": (np.int16, (2,)),
    "ids": (np.int32, ()),
}


@dataclass(frozen=True, slots=True)
class Projection:
    """How token vectors are compressed: less ``centre`` (dimension,), turned by ``rotation`` (dimension, 256)."""

    centre: Vectors
    rotation: Vectors

    @classmethod
    def learn(cls, sample: Sequence[TokenVectors]) -> Projection:
        """Take the centre of some passages' tokens."""
        vectors = np.concatenate([tokens.vectors for tokens in sample])
        dimension = vectors.shape[1]
        gaussian = np.random.default_rng(_SEED).standard_normal((max(dimension, _DIMENSIONS),) * 2)
        rotation = np.linalg.qr(gaussian)[0][:dimension, :_DIMENSIONS]
        return cls(vectors.mean(axis=0), rotation.astype(np.float32))

    def project(self, vectors: Vectors) -> Vectors:
        """Return token vectors of shape (tokens, dimension) as unit vectors of shape (tokens, 256)."""
        return unit(np.asarray((vectors - self.centre) @ self.rotation, np.float32))

    def similarities(self, passage: TokenVectors, question: TokenVectors) -> Vectors:
        """Return how near the tokens of two texts are, of shape (passage tokens, question tokens)."""
        return np.asarray(self.project(passage.vectors) @ self.project(question.vectors).T, np.float32)

    def compress(self, tokens: TokenVectors) -> PackedTokens:
        """Return tokens as they are stored."""
        steps = np.rint(self.project(tokens.vectors) / _STEP).clip(_LOWEST, _HIGHEST) - _LOWEST
        nibbles = steps.astype(np.uint8)
        spans = tokens.spans.clip(-(1 << 15), (1 << 15) - 1).astype(np.int16)
        return PackedTokens(tokens.ids, spans, nibbles[:, ::2] << 4 | nibbles[:, 1::2])


@dataclass(frozen=True, slots=True)
class PackedTokens:
    """The tokens of one passage as they are stored: ``codes`` (tokens, 128) hold two coordinates a byte.

    ``spans`` index the passage's text; those of its title and headings, which are embedded above it, are negative.
    """

    ids: NDArray[np.int32]
    spans: NDArray[np.int16]
    codes: Codes

    @classmethod
    def none(cls) -> PackedTokens:
        """Return what stands where a passage has no token vectors."""
        return cls(np.empty(0, np.int32), np.empty((0, 2), np.int16), np.empty((0, _DIMENSIONS // 2), np.uint8))


@dataclass(frozen=True, slots=True)
class Interaction:
    """A question beside one passage.

    ``similarities`` has shape (passage tokens, question tokens), ``weights`` (question tokens,) add up to 1, and
    ``spans`` say where in the passage's text its tokens stand.
    """

    similarities: Vectors
    weights: Vectors
    spans: NDArray[np.int16]

    def between(self, start: int, end: int) -> float:
        """Return how well the question is matched by the tokens between two offsets of the passage's text."""
        inside = (self.spans[:, 0] >= start) & (self.spans[:, 1] <= end)
        return maxsim(self.similarities[inside], self.weights) if inside.any() else 0.0


def maxsim(similarities: Vectors, weights: Vectors) -> float:
    """Return the weighted mean, over the question's tokens, of the best similarity to a token of the passage."""
    return float(similarities.max(axis=0) @ weights)


class TokenIndex:
    """The token vectors of all passages of a snapshot, mapped into memory."""

    def __init__(self, folder: Path) -> None:
        self._codes: Codes = np.asarray(np.load(folder / "codes.npy", mmap_mode="r"))
        self._spans: NDArray[np.int16] = np.load(folder / "spans.npy", mmap_mode="r")
        self._ids: NDArray[np.unsignedinteger] = np.load(folder / "ids.npy", mmap_mode="r")
        self._starts: NDArray[np.int64] = np.load(folder / "starts.npy")
        self._idf: Vectors = np.load(folder / "idf.npy")
        self.projection = Projection(np.load(folder / "centre.npy"), np.load(folder / "rotation.npy"))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def packed(self, rows: range) -> tuple[NDArray[np.int64], PackedTokens]:
        """Return where each of these passages' tokens begin and end among them all, and those as they are stored."""
        starts = self._starts[rows.start : rows.stop + 1]
        span = slice(starts[0], starts[-1])
        tokens = PackedTokens(self._ids[span].astype(np.int32), self._spans[span], self._codes[span])
        return starts - starts[0], tokens

    def scores(self, question: TokenVectors, rows: Rows) -> Vectors:
        """Return how well each of these passages matches the question, shape (rows,); 1 is a perfect match."""
        if not len(question):
            return np.zeros(len(rows), np.float32)
        projected, weights = self.projection.project(question.vectors), self._weights(question)
        # One passage after the other, since its few kilobytes stay in the processor's cache.
        codes = (self._codes[self._starts[row] : self._starts[row + 1]] for row in rows.tolist())
        return np.array(
            [maxsim(_similarities(one, projected), weights) if len(one) else 0.0 for one in codes], np.float32
        )

    def interaction(self, question: TokenVectors, row: int) -> Interaction:
        """Return a question beside one passage."""
        span = slice(self._starts[row], self._starts[row + 1])
        similarities = _similarities(self._codes[span], self.projection.project(question.vectors))
        return Interaction(similarities, self._weights(question), np.asarray(self._spans[span]))

    def _weights(self, question: TokenVectors) -> Vectors:
        unknown = question.ids >= len(self._idf)
        weights = np.where(unknown, self._idf.max(initial=1.0), self._idf[np.where(unknown, 0, question.ids)])
        return np.asarray(weights / weights.sum(), np.float32)


class TokenWriter:
    """Writes the tokens of passages, in row order, into an empty folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = {
            name: ArrayWriter(folder / (_RAW_IDS if name == "ids" else f"{name}.npy"), *part)
            for name, part in _PARTS.items()
        }
        self._starts = array("q", [0])
        self._holding = np.zeros(1, np.int64)  # passages, by token id

    def add(self, passages: Sequence[PackedTokens]) -> None:
        """Write the tokens of the next passages."""
        for name, file in self._files.items():
            file.add(np.concatenate([getattr(tokens, name) for tokens in passages]))
        for tokens in passages:
            self._starts.append(self._starts[-1] + len(tokens.ids))
            self._hold(np.unique(tokens.ids), 1)

    def take(self, former: TokenIndex | None, rows: range) -> None:
        """Write the tokens of passages of another index; None where they have none."""
        if former is None:
            self._starts.extend([self._starts[-1]] * len(rows))
            return
        for block in blocks(rows, _PASSAGES):
            starts, tokens = former.packed(block)
            self._starts.extend((starts[1:] + self._starts[-1]).tolist())
            for name, file in self._files.items():
                file.add(getattr(tokens, name))
            passages = np.repeat(np.arange(len(block)), np.diff(starts))
            # Each token of a passage once: as one number, since NumPy sorts those far faster than it finds unique ones.
            most = int(tokens.ids.max(initial=0)) + 1
            pairs = np.sort(passages * most + tokens.ids)
            holding = np.bincount(pairs[np.diff(pairs, prepend=-1) > 0] % most, minlength=most)
            self._hold(np.arange(most), holding)

    def finish(self, projection: Projection) -> None:
        """End the files, as the arrays that are mapped."""
        written = {name: file.finish() for name, file in self._files.items()}
        ids = ArrayWriter(self._folder / "ids.npy", np.min_scalar_type(len(self._holding) - 1))
        for block in blocks(range(len(written["ids"]))):
            ids.add(written["ids"][block.start : block.stop])
        ids.finish()
        (self._folder / _RAW_IDS).unlink()
        passages = len(self._starts) - 1
        idf = np.log(1 + (passages - self._holding + 0.5) / (self._holding + 0.5))
        np.save(self._folder / "starts.npy", np.asarray(self._starts, np.int64))
        np.save(self._folder / "idf.npy", idf.astype(np.float32))
        np.save(self._folder / "centre.npy", projection.centre)
        np.save(self._folder / "rotation.npy", projection.rotation)

    def close(self) -> None:
        """Let go of the files, finished or not."""
        for file in self._files.values():
            file.close()

    def _hold(self, ids: NDArray[np.integer], passages: NDArray[np.int64] | int) -> None:
        if len(ids) and ids[-1] >= len(self._holding):
            self._holding = np.pad(self._holding, (0, int(ids[-1]) + 1 - len(self._holding)))
        self._holding[ids] += passages


def _similarities(codes: Codes, question: Vectors) -> Vectors:
    """Return the inner products of packed tokens and projected ones, shape (packed, projected)."""
    high, low = (codes >> 4).astype(np.float32), (codes & 15).astype(np.float32)
    steps = high @ question[:, ::2].T + low @ question[:, 1::2].T
    return np.asarray(_STEP * (steps + _LOWEST * question.sum(axis=1)), np.float32)
