"""Content gaps: what visitors ask and the content does not answer, and whether it does by now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.learn.asked import Asked, PageKey, PassageKey
from service.learn.questions import Wording, wordings
from service.model import Outcome

_NEAREST = 5  # passages to look at
_WORDINGS = 20  # questions that a page which closes the gap should answer


@dataclass(frozen=True, slots=True)
class Nearest:
    """A passage that was shown with questions of a gap, and with how many."""

    passage: PassageKey
    shown: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A topic whose questions the content did not help with.

    ``missed`` of the ``asked`` questions were refused, answered with the closest passages only, answered in doubt or
    given thumbs down; ``conversations`` is in how many that was. ``questions`` are the missed ones, the commonest
    first, ``nearest`` the passages that came nearest, ``disputed`` those whose answers were given thumbs down, and
    ``comments`` what visitors wrote with these.
    """

    topic: int
    label: str
    asked: int
    missed: int
    refused: int
    closest: int
    down: int
    conversations: int
    last_asked: datetime
    questions: tuple[Wording, ...]
    nearest: tuple[Nearest, ...]
    disputed: tuple[PassageKey, ...]
    comments: tuple[str, ...]

    @property
    def nearest_pages(self) -> tuple[PageKey, ...]:
        """The pages of the nearest passages, each once."""
        return tuple(dict.fromkeys(near.passage.page for near in self.nearest))


def gaps(asked: Iterable[Asked], labels: Mapping[int, str]) -> list[Gap]:
    """Return the gaps that questions show; first those missed most often, of equals the one missed throughout."""
    by_topic: defaultdict[int, list[Asked]] = defaultdict(list)
    for one in asked:
        if one.topic is not None:
            by_topic[one.topic].append(one)
    found = [_gap(topic, labels[topic], ones) for topic, ones in by_topic.items() if any(one.missed for one in ones)]
    return sorted(found, key=lambda gap: (-gap.missed, gap.asked, gap.topic))


def _gap(topic: int, label: str, asked: Sequence[Asked]) -> Gap:
    missed = [one for one in asked if one.missed]
    shown = Counter(passage for one in missed for passage in one.shown)
    return Gap(
        topic=topic,
        label=label,
        asked=len(asked),
        missed=len(missed),
        refused=sum(one.outcome is Outcome.REFUSED for one in missed),
        closest=sum(one.outcome is Outcome.CLOSEST for one in missed),
        down=sum(one.rating == "down" for one in missed),
        conversations=len({one.conversation_id for one in missed}),
        last_asked=max(one.at for one in missed),
        questions=wordings(missed, _WORDINGS),
        nearest=tuple(Nearest(*item) for item in shown.most_common(_NEAREST)),
        disputed=tuple(dict.fromkeys(passage for one in missed if one.rating == "down" for passage in one.cited)),
        comments=tuple(one.comment for one in missed if one.comment),
    )


class GapState(StrEnum):
    """Whether the content answers the questions of a gap by now."""

    OPEN = "open"
    NARROWED = "narrowed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """What a question of a gap gets from the content as it is now."""

    question: str
    outcome: Outcome
    cited: tuple[PassageKey, ...]


@dataclass(frozen=True, slots=True)
class GapStatus:
    """What became of a gap: its questions that are answered now, those that are not, and the pages that answer."""

    topic: int
    state: GapState
    answered: tuple[str, ...]
    unanswered: tuple[str, ...]
    pages: tuple[PageKey, ...]


def gap_status(gap: Gap, again: Iterable[AskedAgain]) -> GapStatus:
    """Return what became of a gap, given its questions asked again of the new content.

    An answer from disputed passages alone mends nothing; a passage that was rewritten has another id and counts. A
    question that was not asked again is not answered.
    """
    good = {one.question: one.cited for one in again if _answers(one, gap)}
    questions = [wording.text for wording in gap.questions]
    answered = tuple(question for question in questions if question in good)
    unanswered = tuple(question for question in questions if question not in good)
    state = GapState.CLOSED if not unanswered else GapState.NARROWED if answered else GapState.OPEN
    pages = dict.fromkeys(passage.page for question in answered for passage in good[question])
    return GapStatus(gap.topic, state, answered, unanswered, tuple(pages))


def _answers(again: AskedAgain, gap: Gap) -> bool:
    return again.outcome is Outcome.ANSWERED and not (again.cited and set(again.cited) <= set(gap.disputed))
