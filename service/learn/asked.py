"""What was asked and what became of it: the records that the analyses read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from content.words import words
from service.model import Outcome

Rating = Literal["up", "down"]

# The support of its weakest quote, and the score of its best passage, under which an answer may well be wrong.
DOUBTFUL = 0.5


def in_doubt(support: float | None, score: float | None) -> bool:
    """Whether an answer may well be wrong: a citation is weakly supported, or the best passage fits badly.

    ``support`` is that of its weakest citation; an answer without one is not from the content, and in no doubt.
    """
    return support is not None and min(support, score or 0.0) < DOUBTFUL


def question_key(text: str) -> str:
    """Return what is the same for a question however it is spelt: its words, without case, accents and punctuation."""
    return " ".join(words(text))


@dataclass(frozen=True, slots=True)
class PageKey:
    """A page of the content."""

    collection: str
    page_id: str


@dataclass(frozen=True, slots=True)
class PassageKey:
    """A passage of a page; its id lasts as long as the page says the same."""

    page: PageKey
    passage_id: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a visitor and what became of it.

    ``collections`` are those that were searched; ``searched`` is the question as it stands alone, None where nothing
    was searched for (a greeting); ``topic`` is the number of its topic (``service.learn.topics``), None until it has
    one. ``score`` is that of the best passage, ``support`` that of the answer's weakest citation, both 0..1 or None
    where there is none. ``shown`` are the passages shown with the reply, best first, ``cited`` those that it quotes.
    """

    message_id: str
    conversation_id: str
    site_id: str
    collections: tuple[str, ...]
    language: str | None
    at: datetime
    question: str
    searched: str | None
    topic: int | None
    outcome: Outcome
    score: float | None
    support: float | None
    rating: Rating | None
    comment: str | None
    shown: tuple[PassageKey, ...]
    cited: tuple[PassageKey, ...]
    took_ms: int

    @property
    def missed(self) -> bool:
        """Whether the content did not help: refused, closest, in doubt or thumbs down; thumbs up overrules.

        What the owner has pinned cites nothing and is in no doubt.
        """
        if self.rating is not None:
            return self.rating == "down"
        return in_doubt(self.support, self.score) or self.outcome in {Outcome.REFUSED, Outcome.CLOSEST}

    @property
    def helped(self) -> bool:
        """Whether it was answered and nothing speaks against the answer. A courtesy is neither helped nor missed."""
        return self.outcome is Outcome.ANSWERED and not self.missed


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` up to ``end``, which is no part of it."""

    start: datetime
    end: datetime

    @property
    def before(self) -> Period:
        """The period of the same length that ends where this one starts."""
        length: timedelta = self.end - self.start
        return Period(self.start - length, self.start)

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class Reception:
    """How questions fared: how many of which outcome, and how many thumbs. ``missed`` as of ``Asked``."""

    asked: int
    answered: int
    closest: int
    refused: int
    clarified: int
    missed: int
    up: int
    down: int


def reception(asked: Iterable[Asked]) -> Reception:
    """Return how these questions fared."""
    asked = list(asked)
    outcomes = Counter(one.outcome for one in asked)
    ratings = Counter(one.rating for one in asked)
    return Reception(
        asked=len(asked),
        answered=outcomes[Outcome.ANSWERED],
        closest=outcomes[Outcome.CLOSEST],
        refused=outcomes[Outcome.REFUSED],
        clarified=outcomes[Outcome.CLARIFY],
        missed=sum(one.missed for one in asked),
        up=ratings["up"],
        down=ratings["down"],
    )
