"""Near-duplicates: pages that say nearly the same as one before, half a kilobyte and less than a millisecond each."""

from __future__ import annotations

import numpy as np

from content.words import words
from ingest.minhash import Signature, Signer, bands, shingles

_BANDS, _ROWS = 16, 8  # two texts as alike as the threshold share no band once in 50 million pairs
# The estimated Jaccard index. An appended line passes it, a changed word in twenty does not: a page that is dropped
# wrongly is worse than one that is there twice, which the search hides anyway.
_THRESHOLD = 0.95


class Duplicates:
    """Remembers texts and recognises those that come again with hardly a word changed."""

    def __init__(self) -> None:
        self._signer = Signer(_BANDS, _ROWS)
        self._signatures: list[Signature] = []
        self._names: list[str] = []
        self._bands: dict[tuple[int, bytes], list[int]] = {}

    def original(self, name: str, text: str) -> str | None:
        """Return the name of an earlier text that is nearly the same; where there is none, remember this one."""
        signature = self._signer.sign(shingles(word.encode() for word in words(text)))
        keys = bands(signature)
        for at in dict.fromkeys(at for key in keys for at in self._bands.get(key, ())):
            if np.mean(self._signatures[at] == signature) >= _THRESHOLD:
                return self._names[at]
        for key in keys:
            self._bands.setdefault(key, []).append(len(self._names))
        self._signatures.append(signature)
        self._names.append(name)
        return None
