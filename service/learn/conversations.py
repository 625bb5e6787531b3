"""Conversation quality: how visitors fared, from their questions and from their conversations as wholes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from service.estimate import Estimate, share
from service.learn.asked import Asked, Reception, reception
from service.model import Outcome


class Dimension(StrEnum):
    """What conversations are parted by."""

    SITE = "site"
    COLLECTION = "collection"
    LANGUAGE = "language"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Quality:
    """How the conversations of a group fared; ``value`` names the group, such as a site or ``2026-W48``.

    Shares have a 95 % interval, since few conversations say little; None where there are none to take a share of.
    ``answered`` is of the questions that were searched for. ``resolved`` is of the conversations with such a question:
    the last one was answered, without thumbs down, and no person took over. ``handed_off`` is of the same.
    ``liked`` is of the ratings. ``repaired`` is of the missed questions that were asked again in other words right
    after: the new wording helped. ``p50_ms`` and ``p95_ms`` are of the time to answer.
    """

    value: str
    conversations: int
    reception: Reception
    answered: Estimate | None
    resolved: Estimate | None
    handed_off: Estimate | None
    liked: Estimate | None
    repaired: Estimate | None
    p50_ms: int | None
    p95_ms: int | None


def quality(asked: Iterable[Asked], handed_off: Collection[str], by: Dimension) -> list[Quality]:
    """Return how conversations fared, group by group in the order of their names.

    ``handed_off`` are the ids of the conversations that a person was asked for. A conversation counts in every group
    that one of its questions is in, by those of its questions.
    """
    groups: defaultdict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        for value in set(_VALUES[by](one)):
            groups[value].append(one)
    return [_quality(value, groups[value], handed_off) for value in sorted(groups)]


_VALUES: dict[Dimension, Callable[[Asked], Iterable[str]]] = {
    Dimension.SITE: lambda one: (one.site_id,),
    Dimension.COLLECTION: lambda one: one.collections,
    Dimension.LANGUAGE: lambda one: (one.language or "unknown",),
    Dimension.DAY: lambda one: (f"{one.at:%Y-%m-%d}",),
    Dimension.WEEK: lambda one: (f"{one.at:%G-W%V}",),
    Dimension.MONTH: lambda one: (f"{one.at:%Y-%m}",),
}


def _quality(value: str, asked: Sequence[Asked], handed_off: Collection[str]) -> Quality:
    conversations: defaultdict[str, list[Asked]] = defaultdict(list)
    for one in sorted(asked, key=lambda one: (one.at, one.message_id)):
        if one.searched is not None:
            conversations[one.conversation_id].append(one)
    searched = [one for ones in conversations.values() for one in ones]
    taken_over = {name: name in handed_off for name in conversations}
    times = [one.took_ms for one in searched]
    return Quality(
        value=value,
        conversations=len({one.conversation_id for one in asked}),
        reception=reception(asked),
        answered=_share(one.outcome is Outcome.ANSWERED for one in searched),
        resolved=_share(ones[-1].helped and not taken_over[name] for name, ones in conversations.items()),
        handed_off=_share(taken_over.values()),
        liked=_share(one.rating == "up" for one in asked if one.rating is not None),
        repaired=_share(repair for ones in conversations.values() for repair in _repairs(ones)),
        p50_ms=round(float(np.percentile(times, 50))) if times else None,
        p95_ms=round(float(np.percentile(times, 95))) if times else None,
    )


def _repairs(asked: Sequence[Asked]) -> Iterable[bool]:
    """Yield, for each question of a conversation that was missed and put in other words next, whether that helped."""
    for missed, again in pairwise(asked):
        if missed.missed and missed.topic is not None and missed.topic == again.topic:
            yield again.helped


def _share(values: Iterable[bool]) -> Estimate | None:
    counted = [float(value) for value in values]
    return share(counted) if counted else None
