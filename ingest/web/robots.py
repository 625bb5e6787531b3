"""robots.txt: what a site asks of those who fetch its pages (RFC 9309)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from protego import Protego

from content.errors import AddressRefused
from ingest.web.address import Address

AGENT = "Glossator"
LARGEST = 500 * 1024  # bytes that are read of it (RFC 9309, 2.5)
_LONGEST_DELAY = 30.0  # seconds; a site that asks for more is asked this rarely


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one origin. ``closed`` says why nothing of it may be fetched, None where the rules decide."""

    rules: Protego
    closed: str | None = None

    @classmethod
    def read(cls, text: str) -> Robots:
        """Return the rules that a file states; lines that are none are passed over."""
        return cls(Protego.parse(text))

    @classmethod
    def unreachable(cls, reason: str) -> Robots:
        """Return the rules of an origin whose file cannot be had at the moment: nothing is allowed."""
        closed = f"its site's robots.txt cannot be read ({reason}), so nothing there is fetched until it can be"
        return cls(Protego.parse(""), closed)

    def refusal(self, address: Address) -> str | None:
        """Return why an address must not be fetched, None where it may be."""
        if self.closed is None and self.rules.can_fetch(str(address), AGENT):
            return None
        return self.closed or f"robots.txt disallows it; a rule for the user agent {AGENT} can allow it"

    @property
    def delay(self) -> float:
        """How many seconds the site wants between two requests, within reason."""
        return min(self.rules.crawl_delay(AGENT) or 0.0, _LONGEST_DELAY)

    def sitemaps(self, origin: Address) -> Iterator[Address]:
        """Yield the sitemaps that it names; what is no address is passed over."""
        for line in self.rules.sitemaps:
            try:
                yield origin.link(line)
            except AddressRefused:
                continue
