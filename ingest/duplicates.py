"""Near-duplicates: pages that say nearly the same as one before.

MinHash over shingles of three words (Broder, "On the resemblance and containment of documents", 1997), found through
bands of the signature (locality-sensitive hashing), so that a page costs the same however many there are: half a
kilobyte and less than a millisecond. (The datasketch package takes several times as long, and a second to import.)
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from content.words import words

_SHINGLE = 3  # words
_BANDS, _ROWS = 16, 8  # two texts as alike as the threshold share no band once in 50 million pairs
# The estimated Jaccard index. An appended line passes it, a changed word in twenty does not: a page that is dropped
# wrongly is worse than one that is there twice, which the search hides anyway.
_THRESHOLD = 0.95
_SEED = 1997

_Signature = NDArray[np.uint32]


class Duplicates:
    """Remembers texts and recognises those that come again with hardly a word changed."""

    def __init__(self) -> None:
        random = np.random.default_rng(_SEED)
        size = _BANDS * _ROWS
        self._factors = random.integers(1, 1 << 63, size, dtype=np.uint64) | np.uint64(1)
        self._terms = random.integers(0, 1 << 63, size, dtype=np.uint64)
        self._signatures: list[_Signature] = []
        self._names: list[str] = []
        self._bands: dict[tuple[int, bytes], list[int]] = {}

    def original(self, name: str, text: str) -> str | None:
        """Return the name of an earlier text that is nearly the same; where there is none, remember this one."""
        signature = self._sign(text)
        bands = [(i, band.tobytes()) for i, band in enumerate(signature.reshape(_BANDS, _ROWS))]
        for at in dict.fromkeys(at for band in bands for at in self._bands.get(band, ())):
            if np.mean(self._signatures[at] == signature) >= _THRESHOLD:
                return self._names[at]
        for band in bands:
            self._bands.setdefault(band, []).append(len(self._names))
        self._signatures.append(signature)
        self._names.append(name)
        return None

    def _sign(self, text: str) -> _Signature:
        said = words(text)
        shingles = {" ".join(said[i : i + _SHINGLE]) for i in range(max(1, len(said) - _SHINGLE + 1))}
        hashes = np.fromiter((crc32(shingle.encode()) for shingle in shingles), np.uint64, len(shingles))
        signature = np.full(len(self._factors), np.iinfo(np.uint32).max, np.uint32)
        for at in range(0, len(hashes), 1024):  # a long page takes no more memory than a short one
            mixed = (hashes[at : at + 1024, None] * self._factors + self._terms) >> np.uint64(32)
            signature = np.minimum(signature, mixed.min(axis=0).astype(np.uint32))
        return signature
