"""The overview: what happened day by day, and how that compares with the time before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta

from service.learn.asked import Period


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted. ``questions`` are those that were searched for; a conversation may be of two days."""

    conversations: int = 0
    questions: int = 0
    answered: int = 0
    closest: int = 0
    refused: int = 0
    up: int = 0
    down: int = 0
    leads: int = 0
    handoffs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Figures):
    """What was counted on a day (UTC)."""

    day: date


@dataclass(frozen=True, slots=True)
class Overview:
    """A period: each of its days, all of them together, and the period of the same length before."""

    days: tuple[Day, ...]
    total: Figures
    before: Figures


def overview(counted: Mapping[date, Day], period: Period) -> Overview:
    """Return the overview of a period of whole days. ``counted`` holds the period before as well."""
    earlier = _days(counted, period.before)
    days = _days(counted, period)
    return Overview(days, _total(days), _total(earlier))


def _days(counted: Mapping[date, Day], period: Period) -> tuple[Day, ...]:
    first, count = period.start.date(), (period.end - period.start).days
    every = (first + timedelta(days=i) for i in range(count))
    return tuple(counted.get(day) or Day(day=day) for day in every)


def _total(days: tuple[Day, ...]) -> Figures:
    return Figures(*(sum(getattr(day, field.name) for day in days) for field in fields(Figures)))
