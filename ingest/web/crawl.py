"""A visit to a site: its addresses are asked for in rounds, and what they hold leads to further ones.

A round asks for several addresses at once and then learns from their pages one by one, in order and in one transaction.
Therefore neither the speed of the answers nor a kill in between changes which pages a visit finds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from content.errors import AddressRefused, NotFetched, SourceError
from ingest.web.address import Address, parse
from ingest.web.answer import Body, Moved, Unchanged, Wanted
from ingest.web.copies import Known
from ingest.web.fetcher import MOST_REDIRECTS, Fetcher
from ingest.web.frontier import State, Turn
from ingest.web.markup import Wishes, markup_of
from ingest.web.plan import Plan, Way
from ingest.web.seeds import sow
from ingest.web.store import Store
from ingest.web.tally import Tally

Watch = Callable[[Tally], None]

_ROUND = 64  # addresses
_MOST_BYTES = 8 << 30  # of copies on disk, compressed
_TRUSTED_SECONDS = 7 * 24 * 3600  # a sitemap's word that a page did not change is checked after that long
_ASKED = (State.PAGE, State.HIDDEN, State.MOVED, State.GONE, State.FAILED)


async def visit(plan: Plan, fetcher: Fetcher, store: Store, wanted: Wanted, watch: Watch) -> None:
    """Bring the store up to date with a site. A visit that was cut off goes on.

    Raises SourceError where the site cannot be read, or stops answering.
    """
    before = [turn.url for turn in store.frontier.of(State.PAGE, State.MOVED, State.FAILED)]
    with store.step():
        if not store.begin(repr(plan)):
            store.way = (await sow(plan, fetcher, store, before)).value
    store.finish(await _Visit(plan, fetcher, store, wanted, watch).run())


class _Visit:
    def __init__(self, plan: Plan, fetcher: Fetcher, store: Store, wanted: Wanted, watch: Watch) -> None:
        self._plan = plan
        self._way = Way(store.way)
        self._fetcher = fetcher
        self._store = store
        self._frontier = store.frontier
        self._wanted = wanted
        self._watch = watch
        self._tally = Tally()
        self._scope = plan.scope
        for turn in store.frontier.of(State.MOVED):
            self._land(turn, parse(turn.target or turn.url))

    async def run(self) -> str | None:
        """Ask for what is on the frontier until it is empty; return what ended it earlier."""
        self._report()
        while turns := self._frontier.next(_ROUND):
            room = self._room()
            if room <= 0:
                return f"the budget of {self._plan.max_pages:,} pages (max_pages) is used up"
            if self._store.copies.size > _MOST_BYTES:
                return f"its copies take more than {_MOST_BYTES >> 30} GiB"
            with self._store.step():
                asked = await self._vetted(turns, room)
            outcomes = await asyncio.gather(*map(self._ask, asked))
            if self._fetcher.down:  # the round is not settled, so that it is gone about again
                last = next(outcome for outcome in reversed(outcomes) if isinstance(outcome, NotFetched))
                raise SourceError(
                    f"source {self._plan.start}: the site has stopped answering ({last}). What was fetched is kept, "
                    "and what is published stays. Run the same again later; it goes on from there."
                )
            with self._store.step():
                for turn, outcome in zip(asked, outcomes, strict=True):
                    self._settle(turn, outcome)
            self._report()
        return None

    def _room(self) -> int:
        pages = self._plan.max_pages - self._frontier.count(State.PAGE, State.HIDDEN)
        return min(pages, self._plan.most_requests - self._frontier.count(*_ASKED))

    async def _vetted(self, turns: Sequence[Turn], room: int) -> list[Turn]:
        """Return the addresses that may be asked for, at most ``room``; settle those that come before and may not."""
        asked: list[Turn] = []
        for turn in turns:
            if len(asked) == room:
                break
            address = parse(turn.url)
            trap = self._store.traps.refusal(address) if turn.depth else None  # what is a seed is meant
            if trap:
                self._frontier.settle(turn.number, State.LEFT, reason=trap)
                continue
            try:
                await self._fetcher.check(address)
            except NotFetched as error:
                state = State.FAILED if error.failed and not isinstance(error, AddressRefused) else State.LEFT
                self._frontier.settle(turn.number, state, reason=str(error))
            else:
                asked.append(turn)
        return asked

    async def _ask(self, turn: Turn) -> Moved | NotFetched | None:
        """Bring the copy of an address up to date; return what it is instead of a page."""
        copies = self._store.copies
        known = copies.known(turn.url)
        if known and (known.run == self._store.run or _trusted(turn, known)):
            self._had(unchanged=1)
            return None
        try:
            answer = await self._fetcher.get(parse(turn.url), known.validators if known else None, self._wanted)
        except NotFetched as error:
            if not error.failed:
                copies.drop(turn.url)
            self._had()
            return error
        if isinstance(answer, Moved):
            copies.drop(turn.url)
            self._had()
            return answer
        if isinstance(answer, Unchanged):
            copies.confirm(turn.url, self._store.run)
            self._had(unchanged=1)
        else:
            changed = copies.put(turn.url, answer, self._store.run)
            self._had(fetched=1, changed=int(changed), unchanged=int(not changed))
        return None

    def _settle(self, turn: Turn, outcome: Moved | NotFetched | None) -> None:
        if isinstance(outcome, Moved):
            self._move(turn, outcome.to)
        elif isinstance(outcome, NotFetched) and not outcome.failed:
            self._frontier.settle(turn.number, State.GONE, reason=str(outcome))
        else:
            body = self._store.copies.get(turn.url)
            if body is None:
                self._frontier.settle(turn.number, State.FAILED, reason=str(outcome))
            else:  # where the page cannot be had now, its last copy still says where its links lead
                self._read(turn, body, failure=str(outcome) if outcome else None)

    def _move(self, turn: Turn, to: Address) -> None:
        self._land(turn, to)
        if turn.hops == MOST_REDIRECTS:
            self._frontier.settle(turn.number, State.GONE, reason=f"it is redirected more than {MOST_REDIRECTS} times")
        elif not self._within(to) or (self._way is Way.CRAWL and turn.depth and not self._scope.chosen(to)):
            self._frontier.settle(turn.number, State.GONE, reason=f"it leads out of what is read, to {to}")
        else:
            self._frontier.add(str(to), turn.depth, hops=turn.hops + 1, player=turn.player)
            self._frontier.settle(turn.number, State.MOVED, target=str(to))

    def _land(self, turn: Turn, to: Address) -> None:
        """Take the site that the start leads to for the one that is meant."""
        if turn.depth == 0 and self._way in {Way.PAGE, Way.CRAWL}:
            self._scope = self._scope.with_site(to)

    def _within(self, address: Address) -> bool:
        return self._scope.of_site(address) if self._way is Way.CRAWL else self._scope.of_family(address)

    def _read(self, turn: Turn, body: Body, failure: str | None) -> None:
        """Learn from a page where to go on, and what it wants to be."""
        address = parse(turn.url)
        page = markup_of(body, address)
        if page is not None and page.moved is not None and page.moved != address and failure is None:
            self._move(turn, page.moved)
            return
        wishes = page.wishes if page else Wishes.of(body.robots.splitlines())
        if page:
            self._store.traps.note(address, page.blocks)
        canonical = page.canonical if page else None
        target = str(canonical) if canonical and canonical != address and canonical.site == address.site else None
        if failure:
            self._frontier.settle(turn.number, State.FAILED, target=target, reason=failure)
        elif wishes.hidden:
            self._frontier.settle(turn.number, State.HIDDEN, reason="it asks not to be indexed (noindex)")
        elif self._way is Way.CRAWL and not turn.player and not self._scope.chosen(address):
            self._frontier.settle(turn.number, State.HIDDEN, reason="it is read for its links alone, by the patterns")
        else:
            self._frontier.settle(turn.number, State.PAGE, target=target)
            for track in page.tracks if page else ():  # it is a part of the page, whatever the patterns include
                if self._scope.of_family(track) and not self._scope.shut_out(track):
                    self._frontier.add(str(track), turn.depth + 1, player=turn.url)
        if page and self._way is Way.CRAWL and (self._plan.depth is None or turn.depth < self._plan.depth):
            for link in page.links:
                if link.may_be_page and self._scope.of_site(link) and self._scope.chosen(link):
                    self._frontier.add(str(link), turn.depth + 1)

    def _had(self, *, fetched: int = 0, unchanged: int = 0, changed: int = 0) -> None:
        self._tally.done += 1
        self._tally.fetched += fetched
        self._tally.unchanged += unchanged
        self._tally.changed += changed
        self._watch(self._tally)

    def _report(self) -> None:
        self._tally.found = self._frontier.size
        self._tally.done = self._frontier.size - self._frontier.count(State.WAITING)
        self._tally.skipped = self._frontier.count(State.HIDDEN, State.GONE, State.LEFT)
        self._tally.failed = self._frontier.count(State.FAILED)
        self._watch(self._tally)


def _trusted(turn: Turn, known: Known) -> bool:
    """Whether a sitemap says that the copy of a page is newer than the page's last change."""
    if turn.lastmod is None or turn.lastmod >= known.checked:
        return False
    return time.time() - known.checked < _TRUSTED_SECONDS
