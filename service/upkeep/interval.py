"""Intervals as people write them: ``30m``, ``6h``, ``1d``."""

from __future__ import annotations

import re

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_INTERVAL = re.compile(rf"([1-9]\d{{0,5}})([{''.join(_UNITS)}])")


def seconds(interval: str) -> int:
    """Return how many seconds an interval has. Raises ValueError."""
    found = _INTERVAL.fullmatch(interval)
    if found is None:
        raise ValueError(f"{interval!r} is no interval; write a number and s, m, h or d, such as 30m, 6h or 1d")
    return int(found[1]) * _UNITS[found[2]]
