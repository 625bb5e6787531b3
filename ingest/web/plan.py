"""The plan of a visit to a site: where it begins, how far it goes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from ingest.web.address import Address


class Way(StrEnum):
    """How the pages of a site are found."""

    PAGE = "page"  # the start alone
    CRAWL = "crawl"  # the start, and by links from there
    SITEMAP = "sitemap"  # what a sitemap lists
    FEED = "feed"  # what an RSS or Atom feed names, and named before


@dataclass(frozen=True, slots=True)
class Scope:
    """Which addresses belong to a visit: those of its sites that a pattern includes and none excludes.

    A pattern is a shell glob in which ``*`` also matches slashes. It is held against path and query, or against the
    whole address where it begins with a scheme. Without ``include`` everything is.
    """

    sites: frozenset[tuple[str, int]]
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def of_site(self, address: Address) -> bool:
        """Whether an address is on one of the sites."""
        return address.site in self.sites

    def of_family(self, address: Address) -> bool:
        """Whether an address is on one of the sites, on a part of one (``docs.``) or on what one is part of."""
        name, port = address.site
        return any(
            port == other_port and (name == other or name.endswith(f".{other}") or other.endswith(f".{name}"))
            for other, other_port in self.sites
            if "." in name and "." in other
        ) or self.of_site(address)

    def chosen(self, address: Address) -> bool:
        """Whether the patterns let an address in."""
        if self.include and not any(_matches(address, pattern) for pattern in self.include):
            return False
        return not self.shut_out(address)

    def shut_out(self, address: Address) -> bool:
        """Whether a pattern excludes an address."""
        return any(_matches(address, pattern) for pattern in self.exclude)

    def with_site(self, address: Address) -> Scope:
        """Return the scope with the site of one more address."""
        return replace(self, sites=self.sites | {address.site})


@dataclass(frozen=True, slots=True)
class Plan:
    """A visit. ``way`` is None where the start's content is to decide; ``depth`` is None where no limit is set."""

    start: Address
    way: Way | None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    depth: int | None = None
    max_pages: int = 10_000

    @property
    def scope(self) -> Scope:
        """The scope that the plan begins with."""
        return Scope(frozenset({self.start.site}), self.include, self.exclude)

    @property
    def most_requests(self) -> int:
        """How many addresses are asked for at most, dead ends and redirects included."""
        return self.max_pages + max(1, self.max_pages // 5)


def _matches(address: Address, pattern: str) -> bool:
    return fnmatchcase(str(address) if "://" in pattern else address.target, pattern)
