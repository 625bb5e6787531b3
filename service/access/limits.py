"""Limits: how often an address, and all visitors of a site together, may ask."""

from __future__ import annotations

import importlib.util
import ipaddress
import logging
import time

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

from content.errors import MissingPackage, TooMany
from service.settings import Settings
from service.site import SiteSettings

_log = logging.getLogger("glossator.limits")
_REDIS_SECONDS = 0.3  # that a request waits for Redis at most
_TRY_AGAIN = 2.0  # seconds between two tries to reach a Redis that is away; nobody waits for it in between
_VISITOR_PER_MINUTE = 60  # from elsewhere, where a site says nothing
_SITE_PER_MINUTE = 3000  # likewise
_SIGN_INS = RateLimitItemPerSecond(5, 15 * 60)  # for a member from an address
_SIGN_INS_OF_ALL = RateLimitItemPerSecond(50, 15 * 60)  # for a member from anywhere, and from an address for anyone


class Limits:
    """Counts requests: in Redis, exactly across workers and replicas, or in this process, its share of them."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.redis_url
        self._workers = 1 if settings.redis_url else settings.workers
        self._memory = MovingWindowRateLimiter(MemoryStorage())
        self._limiter = self._memory
        self._away_until = 0.0  # by time.monotonic()

    def connect(self) -> None:
        """Use Redis where the settings name one. Raises MissingPackage."""
        if self._url is None:
            return
        if importlib.util.find_spec("redis") is None:
            raise MissingPackage("redis_url is set; install its client: pip install 'glossator[redis]'")
        storage = RedisStorage(
            f"async+{self._url}",
            wrap_exceptions=True,
            implementation="redispy",
            socket_timeout=_REDIS_SECONDS,
            socket_connect_timeout=_REDIS_SECONDS,
        )
        self._limiter = MovingWindowRateLimiter(storage)

    async def visit(self, site: SiteSettings, address: str) -> None:
        """Count a visitor's request. Raises TooMany."""
        elsewhere = not is_this_machine(address)
        of_visitor = site.access.visitor_per_minute or (_VISITOR_PER_MINUTE if elsewhere else None)
        of_site = site.access.site_per_minute or (_SITE_PER_MINUTE if elsewhere else None)
        if of_visitor:
            await self._count(of_visitor, "visitor", site.id, _network(address))
        if of_site:
            await self._count(of_site, "site", site.id)

    async def sign_in(self, email: str, address: str) -> None:
        """Count a try to sign in. Raises TooMany."""
        tries = ((_SIGN_INS, (email, address)), (_SIGN_INS_OF_ALL, (email,)), (_SIGN_INS_OF_ALL, ("", address)))
        for limit, names in tries:
            await self._hit(limit, "sign-in", *names)

    async def _count(self, per_minute: int, *names: str) -> None:
        await self._hit(RateLimitItemPerMinute(max(1, per_minute // self._workers)), *names)

    async def _hit(self, limit: RateLimitItem, *names: str) -> None:
        limiter = self._memory if time.monotonic() < self._away_until else self._limiter
        try:
            allowed = await limiter.hit(limit, *names)
            reset = None if allowed else (await limiter.get_window_stats(limit, *names)).reset_time
        except StorageError as error:
            if not self._away_until:
                _log.warning("Redis cannot be reached; this process counts for itself: %s", error)
            self._away_until = time.monotonic() + _TRY_AGAIN
            allowed = await self._memory.hit(limit, *names)
            reset = None
        else:
            if limiter is self._limiter:
                self._away_until = 0.0
        if not allowed:
            wait = max(1, round((reset or time.time() + 1) - time.time()))
            raise TooMany(f"too many requests; try again in {wait} s", wait)


def is_this_machine(address: str) -> bool:
    """Whether an address is this machine's own, so that what comes from it comes from a program here."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _network(address: str) -> str:
    """Return who is counted as one: an IPv4 address, or the /64 of an IPv6 address, which one household has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(found)
