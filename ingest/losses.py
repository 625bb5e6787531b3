"""Losses: what of a source's published pages is gone, or is there and has nothing left to say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from content.model import Page
from ingest.report import Loss, SourceReport

Key = tuple[str, str]  # (collection, page id)

# A source that loses fewer pages is being edited, whatever their share; unless no page of it is left.
_FEWEST = 10
# A page of which less than this share of its text is left says next to nothing: "Please sign in".
_SHRUNK = 0.2
# A text that so many new or changed pages of a source have word for word is not what any of them is there to say.
_ALIKE = 10
_EXAMPLES = 5  # of each kind


class Remains:
    """What is left of a source's ``published`` pages, told page by page.

    New pages stand in for those that are gone: a site that moved to other addresses loses nothing.
    """

    def __init__(self, report: SourceReport, published: Collection[Key]) -> None:
        self._report = report
        self._published = frozenset(published)
        self._shrunk: set[Key] = set()
        self._by_text: dict[int, list[Key]] = defaultdict(list)

    def take(self, page: Page, before: Page | None) -> None:
        """Take note of a page that is new, or that says something else than ``before``."""
        if not self._published:
            return  # a source without pages has none to lose
        key = (page.collection, page.page_id)
        self._by_text[hash(page.text)].append(key)
        if before is not None and len(page.text) < _SHRUNK * len(before.text):
            self._shrunk.add(key)

    def loss(self, pages: Collection[Key], share: float) -> Loss | None:
        """Return what the source loses, where that is more than a share of its pages; ``pages`` are all that stay."""
        gone = sorted(key for key in self._published if key not in pages)
        alike = {key for keys in self._by_text.values() if len(keys) >= _ALIKE for key in keys}
        emptied = self._shrunk | alike
        before = len(self._published)
        now = before - len(gone) + self._report.new - len(emptied)
        lost = before - now
        is_bare = len(gone) == before and not self._report.new
        if lost <= share * before or (lost < _FEWEST and not is_bare):
            return None
        examples = [
            *_examples(gone, "it is gone"),
            *_examples(sorted(emptied - alike), "hardly any of its text is left"),
            *_examples(sorted(alike), "it says the same as other pages now"),
        ]
        where = self._report.location, self._report.collection
        return Loss(*where, before, max(0, now), len(gone), len(emptied), examples)


def _examples(keys: Iterable[Key], what: str) -> list[tuple[str, str]]:
    return [(page_id, what) for _, page_id in list(keys)[:_EXAMPLES]]
