"""The shelf: pages that were made, so that each is made once a snapshot.

The page of a term takes 20 ms to make (48 terms, 2 cores), nearly all of it to find the other terms that it names; a
crawler that reads all of them would slow down answers.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

_MOST_BYTES = 32 * 1024 * 1024  # some 1,500 pages


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as it is sent."""

    body: bytes
    media_type: str
    status: int = 200


class Shelf:
    """The pages made last; those not asked for longest make room. Threads may share it."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[str, str], Rendered] = OrderedDict()
        self._lock = Lock()

    def page(self, tag: str, address: str, make: Callable[[], Rendered]) -> Rendered:
        """Return the page at an address, made anew unless it is here; ``tag`` names all that goes into it."""
        key = (tag, address)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            before = self._kept.pop(key, None)  # two threads may have made it
            self._kept[key] = made
            self._bytes += len(made.body) - (len(before.body) if before else 0)
            while self._bytes > self._most:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= len(oldest.body)
        return made
