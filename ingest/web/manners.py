"""Manners: how often, how long and how patiently a host is asked."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from ingest.web.body import Caps
from ingest.web.robots import Robots


@dataclass(frozen=True, slots=True)
class Manners:
    """How a site is asked. ``delay`` parts the beginnings of two requests to a host; all times are in seconds.

    Failed requests are tried again ``backoff`` later, then twice that, and so on, or when the server says, but not
    after more than ``longest_wait``.
    """

    delay: float = 0.2
    at_once: int = 4
    connect: float = 10.0
    read: float = 20.0
    total: float = 60.0
    attempts: int = 3
    backoff: float = 1.0
    longest_wait: float = 120.0
    caps: Caps = field(default_factory=Caps)


class Host:
    """The state of one origin: how many requests are under way, when the next may begin, and what its rules are."""

    def __init__(self, manners: Manners) -> None:
        self.turns = asyncio.Semaphore(manners.at_once)
        self.delay = manners.delay
        self.asking_for_rules = asyncio.Lock()
        self.rules: Robots | None = None
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until the next request may begin."""
        now = time.monotonic()
        begin = max(now, self._next)
        self._next = begin + self.delay
        await asyncio.sleep(begin - now)

    def pause(self, seconds: float) -> None:
        """Let no request begin for so long."""
        self._next = max(self._next, time.monotonic() + seconds)
