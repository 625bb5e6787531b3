"""Top questions: what is asked most, whether it is asked more than before, and how well it is answered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.learn.asked import Asked, Period, Reception, reception

_WORDINGS = 5


@dataclass(frozen=True, slots=True)
class Wording:
    """A question as visitors put it, and how often."""

    text: str
    asked: int


@dataclass(frozen=True, slots=True)
class TopQuestion:
    """A topic in a period.

    ``conversations`` is in how many it was asked, ``asked_before`` how often it was asked in the period before.
    ``trend`` is the change of its share of all questions since then in percentage points, None where nothing was asked
    then.
    """

    topic: int
    label: str
    reception: Reception
    conversations: int
    asked_before: int
    trend: float | None
    last_asked: datetime
    wordings: tuple[Wording, ...]


def top_questions(asked: Iterable[Asked], labels: Mapping[int, str], period: Period) -> list[TopQuestion]:
    """Return the topics of a period, the most asked first. ``asked`` holds the period before as well."""
    now: defaultdict[int, list[Asked]] = defaultdict(list)
    before: Counter[int] = Counter()
    earlier = period.before
    for one in asked:
        if one.topic is None:
            continue
        if one.at in period:
            now[one.topic].append(one)
        elif one.at in earlier:
            before[one.topic] += 1
    all_now, all_before = sum(map(len, now.values())), before.total()
    found = [
        TopQuestion(
            topic=topic,
            label=labels[topic],
            reception=reception(ones),
            conversations=len({one.conversation_id for one in ones}),
            asked_before=before[topic],
            trend=100 * (len(ones) / all_now - before[topic] / all_before) if all_before else None,
            last_asked=max(one.at for one in ones),
            wordings=wordings(ones),
        )
        for topic, ones in now.items()
    ]
    return sorted(found, key=lambda question: (-question.reception.asked, question.topic))


def wordings(asked: Iterable[Asked], most: int = _WORDINGS) -> tuple[Wording, ...]:
    """Return the commonest ways in which something was asked."""
    counted = Counter(one.searched or one.question for one in asked)
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Wording(text, count) for text, count in ranked[:most])
