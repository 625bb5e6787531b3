"""Near-duplicates: pages of one collection that say nearly the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from content.model import Page
from content.snapshot import Snapshot
from ingest.lint.finding import Check, Finding, finding
from ingest.minhash import SHINGLE, Shingles, Signer, bands, resemblance, shingles

_SAME = 0.8  # of the shingles
_FEWEST = 8  # shingles; shorter pages agree by chance
# Pages with 0.8 of their shingles in common share a band with a probability of 1 - (1 - 0.8³)⁸ = 0.997.
_BANDS, _ROWS = 8, 3
_LARGEST_GROUP = 50  # pages with one band; more have a template in common


def near_duplicates(snapshot: Snapshot) -> Iterator[Finding]:
    """Yield the pages that repeat an earlier page of their collection."""
    signer = Signer(_BANDS, _ROWS)
    kept: list[Shingles] = []
    names: list[str] = []
    groups: dict[tuple[str, int, bytes], list[int]] = defaultdict(list)
    for page in snapshot.catalog.pages():
        own = shingles(page.text.casefold().encode().split())
        if len(own) < _FEWEST:
            continue
        keys = [(page.collection, *band) for band in bands(signer.sign(own))]
        earlier = {number for key in keys for number in groups[key]}
        alike = [(resemblance(own, kept[number]), -number) for number in earlier]
        same, number = max(alike, default=(0.0, 0))
        if same >= _SAME:
            yield _finding(page, names[-number], same)
            continue
        for key in keys:
            if len(groups[key]) < _LARGEST_GROUP:
                groups[key].append(len(kept))
        kept.append(own)
        names.append(f"{page.title!r} ({page.page_id})")


def _finding(page: Page, other: str, same: float) -> Finding:
    message = f"it says nearly the same as {other}: {same:.0%} of the runs of {SHINGLE} words are common"
    return finding(
        Check.NEAR_DUPLICATE, page, 0, message, "keep one of the two, or say on each what the other does not."
    )
