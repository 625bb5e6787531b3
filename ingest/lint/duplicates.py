"""Near-duplicates: pages of one collection that say nearly the same.

Pages are compared by their shingles, runs of words (Broder, "On the resemblance and containment of documents", 1997).
Only pages that share a band of their MinHash signatures are compared at all (Leskovec, Rajaraman and Ullman, "Mining of
Massive Datasets", chapter 3), so the work grows with the number of pages, not with its square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from content.model import Page
from content.snapshot import Snapshot
from ingest.lint.finding import Check, Finding, finding

Shingles = NDArray[np.uint64]

_SAME = 0.8  # of the shingles
_SHINGLE = 3  # words
_FEWEST = 8  # shingles; shorter pages agree by chance
# Pages with 0.8 of their shingles in common share a band with a probability of 1 - (1 - 0.8³)⁸ = 0.997.
_BANDS, _ROWS = 8, 3
_MULTIPLIERS = np.random.default_rng(1997).integers(1, 2**63, _BANDS * _ROWS, np.uint64) | np.uint64(1)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_LARGEST_GROUP = 50  # pages with one band; more have a template in common


def near_duplicates(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield the pages that repeat an earlier page of their collection."""
    kept: list[Shingles] = []
    names: list[str] = []
    bands: dict[tuple[str, int, bytes], list[int]] = defaultdict(list)
    for page in snapshot.catalog.pages():
        shingles = _shingles(page)
        if len(shingles) < _FEWEST:
            continue
        keys = [(page.collection, band, key) for band, key in enumerate(_signature(shingles))]
        earlier = {number for key in keys for number in bands[key]}
        alike = [(resemblance(shingles, kept[number]), -number) for number in earlier]
        same, number = max(alike, default=(0.0, 0))
        if same >= _SAME:
            yield _finding(page, names[-number], same)
            continue
        for key in keys:
            if len(bands[key]) < _LARGEST_GROUP:
                bands[key].append(len(kept))
        kept.append(shingles)
        names.append(f"{page.title!r} ({page.page_id})")


def resemblance(one: Shingles, other: Shingles) -> float:
    """Return the share of the shingles of two pages that both have, 0..1."""
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common)


def _finding(page: Page, other: str, same: float) -> Finding:
    message = f"it says nearly the same as {other}: {same:.0%} of the runs of {_SHINGLE} words are common"
    return finding(
        Check.NEAR_DUPLICATE, page, 0, message, "keep one of the two, or say on each what the other does not."
    )


def _shingles(page: Page) -> Shingles:
    """Return the distinct shingles of a page, as hashes."""
    words = np.asarray(list(map(crc32, page.text.casefold().encode().split())), np.uint64)
    count = len(words) - _SHINGLE + 1
    if count < _FEWEST:
        return np.empty(0, np.uint64)
    hashes = np.zeros(count, np.uint64)
    for i in range(_SHINGLE):
        hashes = (hashes ^ words[i : i + count]) * _MIX
        hashes ^= hashes >> np.uint64(29)
    return np.unique(hashes)


def _signature(shingles: Shingles) -> list[bytes]:
    mixed = shingles[:, None] * _MULTIPLIERS
    lowest = (mixed ^ (mixed >> np.uint64(32))).min(axis=0)
    return [band.tobytes() for band in lowest.reshape(_BANDS, _ROWS)]
