"""The tally of a visit, for those who wait for it and for the report."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """How far a visit to a site has come.

    ``found`` counts the addresses that were come across and ``done`` those that are settled. ``fetched`` were sent
    anew, ``unchanged`` are as before (the server said so, or sent the same again), ``changed`` are new or differ.
    ``skipped`` are not read, as it should be; ``failed`` could not be.
    """

    found: int = 0
    done: int = 0
    fetched: int = 0
    unchanged: int = 0
    changed: int = 0
    skipped: int = 0
    failed: int = 0

    def __str__(self) -> str:
        return (
            f"{self.found:,} found, {self.fetched:,} fetched, {self.unchanged:,} unchanged, {self.changed:,} changed, "
            f"{self.skipped:,} skipped, {self.failed:,} failed"
        )
