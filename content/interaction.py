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

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from content.embedding import TokenVectors, Vectors, unit

DIMENSIONS = 256
_SEED = 0
# The step of the four bits. A coordinate of a unit vector in 256 dimensions has a standard deviation of 1/16, so the
# sixteen steps reach to nearly four of them.
_STEP = 0.03
_LOWEST, _HIGHEST = -8, 7

Codes = NDArray[np.uint8]


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
        gaussian = np.random.default_rng(_SEED).standard_normal((max(dimension, DIMENSIONS),) * 2)
        rotation = np.linalg.qr(gaussian)[0][:dimension, :DIMENSIONS]
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
        return cls(np.empty(0, np.int32), np.empty((0, 2), np.int16), np.empty((0, DIMENSIONS // 2), np.uint8))


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


def products(question: Vectors) -> Callable[[Codes], Vectors]:
    """Return what gives the inner products of packed tokens with projected ones, shape (packed, projected).

    A byte is 16 · high + low, so high · a + low · b is byte · a/16 + low · (b − a/16): high bits need not be unpacked.
    """
    high, low = _STEP * question[:, ::2].T, _STEP * question[:, 1::2].T
    whole, rest = np.ascontiguousarray(high / 16), np.ascontiguousarray(low - high / 16)
    least = _STEP * _LOWEST * question.sum(axis=1)

    def with_packed(codes: Codes) -> Vectors:
        found = codes.astype(np.float32) @ whole + (codes & 15).astype(np.float32) @ rest + least
        return np.asarray(found, np.float32)

    return with_packed
