"""Source usage: which pages and passages answer, which are only shown, and which never help."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.learn.asked import Asked, PageKey, PassageKey


@dataclass(frozen=True, slots=True)
class PassageUsage:
    """How many answers quote a passage, and how many thumbs these got."""

    passage_id: str
    answers: int
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class PageUsage:
    """How a page was used.

    ``answers`` is how many answers quote it, with thumbs ``up`` and ``down``; ``shown`` with how many replies it was
    shown, quoted or not; ``missed`` how often it was shown first with a question that the content did not help with.
    ``last_answer`` is None where it never answered. ``passages`` are those that answered, the most used first.
    """

    page: PageKey
    title: str
    answers: int
    shown: int
    missed: int
    up: int
    down: int
    last_answer: datetime | None
    passages: tuple[PassageUsage, ...]


def source_usage(asked: Iterable[Asked], titles: Mapping[PageKey, str]) -> list[PageUsage]:
    """Return the usage of every page, the most used first, and of equals the one with more thumbs down.

    ``titles`` are those of all pages that there are; one that is gone, and was used, goes by its id.
    """
    shown: Counter[PageKey] = Counter()
    missed: Counter[PageKey] = Counter()
    answers: defaultdict[PageKey, list[Asked]] = defaultdict(list)
    for one in asked:
        shown.update({passage.page for passage in (*one.shown, *one.cited)})
        if one.missed and one.shown:
            missed[one.shown[0].page] += 1
        for page in {passage.page for passage in one.cited}:
            answers[page].append(one)
    usage = [
        PageUsage(
            page=page,
            title=titles.get(page, page.page_id),
            answers=len(answers[page]),
            shown=shown[page],
            missed=missed[page],
            up=sum(one.rating == "up" for one in answers[page]),
            down=sum(one.rating == "down" for one in answers[page]),
            last_answer=max((one.at for one in answers[page]), default=None),
            passages=_passages(page, answers[page]),
        )
        for page in {*titles, *shown}
    ]
    return sorted(usage, key=lambda one: (-one.answers, -one.down, -one.shown, one.page.collection, one.page.page_id))


def _passages(page: PageKey, answers: Iterable[Asked]) -> tuple[PassageUsage, ...]:
    quoted: defaultdict[PassageKey, list[Asked]] = defaultdict(list)
    for one in answers:
        for passage in {passage for passage in one.cited if passage.page == page}:
            quoted[passage].append(one)
    usage = [
        PassageUsage(
            passage.passage_id,
            len(ones),
            sum(one.rating == "up" for one in ones),
            sum(one.rating == "down" for one in ones),
        )
        for passage, ones in quoted.items()
    ]
    return tuple(sorted(usage, key=lambda one: (-one.answers, one.passage_id)))
