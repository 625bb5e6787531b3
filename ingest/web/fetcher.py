"""The fetcher: asks a site for pages, one request an address, politely and with patience.

Redirects are not followed here but returned, so that whoever asked vets where they lead. Nothing is remembered between
requests: no cookies, no referrers; credentials go to the source's own origin alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version

import httpx

from content.errors import AddressRefused, NotFetched
from content.guard import Guard
from content.network import GuardedTransport, Network
from ingest.web.address import Address
from ingest.web.answer import AskAgain, Body, Moved, Request, Unchanged, Validators, Wanted, read_answer
from ingest.web.body import ACCEPTED, Caps
from ingest.web.manners import Host, Manners
from ingest.web.robots import AGENT, LARGEST, Robots

MOST_REDIRECTS = 5  # RFC 9309, 2.3.1.2, and enough for pages

_PATIENCE = 10  # pages in a row that a site does not give before it counts as down


class _Silence:
    """How many ``pages`` in a row a site has not given; one that it was asked for before they began does not end it."""

    def __init__(self) -> None:
        self.pages = 0
        self._asked = 0
        self._began = 0

    def asking(self) -> int:
        """Return the number of a request that begins."""
        self._asked += 1
        return self._asked

    def heard(self, number: int, *, answered: bool) -> None:
        """Note what became of the request of this number."""
        if not answered:
            self._began = self._began if self.pages else self._asked
            self.pages += 1
        elif number > self._began:
            self.pages = 0


class Fetcher:
    """Asks the hosts of one source. ``credentials`` are headers for the origin ``own`` alone."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        guard: Guard,
        manners: Manners,
        credentials: Mapping[str, str],
    ) -> None:
        self._client = client
        self._guard = guard
        self._manners = manners
        self._credentials = credentials
        self._hosts: dict[str, Host] = {}
        self._silence = _Silence()

    @property
    def down(self) -> bool:
        """Whether the site has stopped answering."""
        return self._silence.pages >= _PATIENCE

    async def check(self, address: Address) -> None:
        """Raise NotFetched where an address must not be asked for: by the guard, or by its site's robots.txt."""
        self._guard.check(address)
        rules = await self.robots(address)
        if refusal := rules.refusal(address):
            raise NotFetched(refusal, failed=rules.closed is not None)

    async def get(
        self,
        address: Address,
        validators: Validators | None = None,
        wanted: Wanted = lambda media_type, address: True,
    ) -> Body | Moved | Unchanged:
        """Ask for a page. Raises NotFetched where it is not given, not wanted, or must not be asked for."""
        await self.check(address)
        return await self._ask(Request(address, self._manners.caps, validators or Validators(), wanted))

    async def follow(self, address: Address) -> tuple[Address, Body]:
        """Ask for a document and follow redirects; return it with the address that gave it. Raises NotFetched."""
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self.get(address)
            if isinstance(answer, Body):
                return address, answer
            assert isinstance(answer, Moved), "without validators nothing is unchanged"
            address = answer.to
        raise NotFetched(f"it was redirected more than {MOST_REDIRECTS} times")

    async def robots(self, address: Address) -> Robots:
        """Return the rules of an address's origin. Raises AddressRefused."""
        host = self._host(address)
        async with host.asking_for_rules:
            if host.rules is None:
                host.rules = await self._rules(address.at("/robots.txt"))
                host.delay = max(host.delay, host.rules.delay)
        return host.rules

    async def _rules(self, address: Address) -> Robots:
        caps = Caps(sent=LARGEST, unpacked=LARGEST)
        for _ in range(MOST_REDIRECTS + 1):
            try:
                self._guard.check(address)
                answer = await self._ask(Request(address, caps, cut=True))
            except NotFetched as error:
                if error.unreachable or isinstance(error, AddressRefused):
                    return Robots.unreachable(str(error))
                return Robots.read("")  # there is none
            if isinstance(answer, Body):
                return Robots.read(answer.data.decode("utf-8-sig", errors="replace"))
            assert isinstance(answer, Moved), "without validators nothing is unchanged"
            address = answer.to
        return Robots.read("")

    async def _ask(self, request: Request) -> Body | Moved | Unchanged:
        host = self._host(request.address)
        number = 0
        for attempt in range(1, self._manners.attempts + 1):
            try:
                async with host.turns:
                    await host.turn()
                    number = self._silence.asking()
                    answer = await self._once(request)
            except AskAgain as error:
                wait = error.wait if error.wait is not None else self._manners.backoff * 2 ** (attempt - 1)
                if attempt == self._manners.attempts or wait > self._manners.longest_wait:
                    self._silence.heard(number, answered=not error.away)
                    tried = f" ({attempt} attempts)" if attempt > 1 else ""
                    raise NotFetched(f"{error.reason}{tried}", unreachable=True) from error
                if error.away:  # nobody asks this host meanwhile
                    host.pause(wait)
                else:
                    await asyncio.sleep(wait)
            except NotFetched:
                self._silence.heard(number, answered=True)
                raise
            else:
                self._silence.heard(number, answered=True)
                return answer
        raise AssertionError("the last attempt returns or raises")

    async def _once(self, request: Request) -> Body | Moved | Unchanged:
        outgoing = self._client.build_request("GET", str(request.address), headers=self._headers(request))
        try:
            async with asyncio.timeout(self._manners.total):
                answer = await self._client.send(outgoing, stream=True)
                try:
                    return await read_answer(request, answer)
                finally:
                    await answer.aclose()
        except TimeoutError as error:
            raise AskAgain(f"it was not there after {self._manners.total:.0f} s") from error
        except httpx.TimeoutException as error:
            raise AskAgain("the server did not answer in time") from error
        except httpx.TransportError as error:
            raise AskAgain(f"the connection failed: {str(error) or type(error).__name__}") from error

    def _headers(self, request: Request) -> dict[str, str]:
        headers = {}
        if request.validators.etag:
            headers["If-None-Match"] = request.validators.etag
        if request.validators.last_modified:
            headers["If-Modified-Since"] = request.validators.last_modified
        if self._guard.own is not None and request.address.origin == self._guard.own.origin:
            headers |= self._credentials
        return headers

    def _host(self, address: Address) -> Host:
        host = self._hosts.get(address.origin)
        if host is None:
            host = self._hosts[address.origin] = Host(self._manners)
        return host


@asynccontextmanager
async def fetching(
    guard: Guard, manners: Manners, credentials: Mapping[str, str], network: Network
) -> AsyncIterator[Fetcher]:
    """Open a fetcher, and close its connections in the end."""
    client = httpx.AsyncClient(
        transport=GuardedTransport(network, guard, network.trust()),
        trust_env=False,
        follow_redirects=False,
        timeout=httpx.Timeout(manners.read, connect=manners.connect),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={
            "User-Agent": f"{AGENT}/{version('glossator')}",
            "Accept": "text/html, application/xhtml+xml, text/markdown;q=0.9, text/plain;q=0.8, */*;q=0.5",
            "Accept-Encoding": ACCEPTED,
        },
    )
    async with client:
        yield Fetcher(client, guard, manners, credentials)
