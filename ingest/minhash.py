"""MinHash: short signatures of texts that agree as far as the texts do.

A text is the set of its shingles, runs of words, and two texts are as alike as their sets (Broder, "On the resemblance
and containment of documents", 1997). Texts that share a band of their signatures are worth comparing (Leskovec,
Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3), so that a text costs the same however many there are.
(The datasketch package takes several times as long, and a second to import.)
"""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SHINGLE = 3  # words
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SEED = 1997
_SLAB = 1024  # shingles signed at once: a long page takes no more memory than a short one

Shingles = NDArray[np.uint64]
Signature = NDArray[np.uint32]


def shingles(words: Iterable[bytes]) -> Shingles:
    """Return the distinct shingles of a text, as sorted hashes; one of fewer words is a single shingle."""
    hashed = np.asarray(list(map(crc32, words)), np.uint64)
    found = np.zeros(max(1, len(hashed) - SHINGLE + 1), np.uint64)
    for i in range(SHINGLE):
        part = hashed[i : i + len(found)]
        found[: len(part)] = (found[: len(part)] ^ part) * _MIX
        found ^= found >> np.uint64(29)
    return np.unique(found)


def resemblance(one: Shingles, other: Shingles) -> float:
    """Return the share of the shingles of two texts that both have, 0..1."""
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common)


class Signer:
    """Makes signatures of so many bands with so many rows."""

    def __init__(self, bands: int, rows: int) -> None:
        random = np.random.default_rng(_SEED)
        self._shape = bands, rows
        self._factors = random.integers(1, 1 << 63, bands * rows, dtype=np.uint64) | np.uint64(1)
        self._terms = random.integers(0, 1 << 63, bands * rows, dtype=np.uint64)

    def sign(self, text: Shingles) -> Signature:
        """Return the signature of a text, shape (bands, rows)."""
        signature = np.full(len(self._factors), np.iinfo(np.uint32).max, np.uint32)
        for at in range(0, len(text), _SLAB):
            mixed = (text[at : at + _SLAB, None] * self._factors + self._terms) >> np.uint64(32)
            signature = np.minimum(signature, mixed.min(axis=0).astype(np.uint32))
        return signature.reshape(self._shape)


def bands(signature: Signature) -> list[tuple[int, bytes]]:
    """Return the bands of a signature with their numbers, to look them up by."""
    return [(number, band.tobytes()) for number, band in enumerate(signature)]
