"""The desk: which conversations wait for a person or are with one, as this process knows it, and who calls a person."""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import UTC, datetime, timedelta

from service.access.visit import Guest
from service.conversation import new_id
from service.model import Answer, Done, Outcome
from service.policy import HandoffSettings
from service.store import handoffs
from service.store.rows import Handoff
from service.store.schema import moment, now
from service.store.store import Store

_COUNTED = 10_000  # conversations whose refusals in a row are remembered
# After this time a handoff that was asked for here and is open in no row is over: it has passed the spool long since.
_UNDER_WAY = timedelta(seconds=30)


class Desk:
    """The open handoffs of all sites: those of the store, and those that are still under way to it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: dict[str, Handoff] = {}
        self._under_way: dict[str, Handoff] = {}
        self._refusals: OrderedDict[str, int] = OrderedDict()
        self._changes = 0  # by this process

    def open(self, conversation_id: str) -> Handoff | None:
        """Return the open handoff of a conversation."""
        return self._open.get(conversation_id) or self._under_way.get(conversation_id)

    def active(self, conversation_id: str) -> Handoff | None:
        """Return the handoff of a conversation that an agent has."""
        found = self._open.get(conversation_id)
        return found if found is not None and found.status == "active" else None

    def waiting(self, site_id: str | None) -> int:
        """Return how many visitors of a site, or of all, wait for a person."""
        known = {**self._under_way, **self._open}.values()
        return sum(one.status == "waiting" and site_id in {None, one.site_id} for one in known)

    def ask(
        self,
        guest: Guest,
        conversation_id: str,
        cause: str,
        reason: str | None = None,
        contact: str | None = None,
    ) -> Handoff:
        """Return a new handoff, which the caller keeps by the spool; ``drop`` it where that fails."""
        asked = Handoff(
            new_id(), guest.site.id, conversation_id, guest.visitor_id, cause, reason, contact,
            offline=not guest.site.handoff.is_open(datetime.now(UTC)), status="waiting", agent=None,
            created_at=moment(now()), taken_at=None, closed_at=None,
        )  # fmt: skip
        self._under_way[conversation_id] = asked
        return asked

    def drop(self, handoff: Handoff) -> None:
        """Forget a handoff that could not be kept."""
        self._under_way.pop(handoff.conversation_id, None)

    def cause(self, rules: HandoffSettings, message: str, done: Done) -> str | None:
        """Return by which rule of a site a person is called now, None for none."""
        refused = self._refused(done.answer)
        if not rules.enabled:
            return None
        if any(re.search(rf"\b{re.escape(word)}\b", message, re.IGNORECASE) for word in rules.keywords):
            return "keyword"
        if rules.after_refusals is not None and refused >= rules.after_refusals:
            return "refused_twice"
        low = rules.below_score is not None and done.found is not None and done.found.best < rules.below_score
        return "low_confidence" if low else None

    async def refresh(self) -> None:
        """Take over what the store says. Raises StoreUnavailable."""
        begun, changes = moment(now()), self._changes
        found = await handoffs.open_ones(self._store.database)
        if changes != self._changes:
            return  # an agent did something while the store was read; the next look sees it
        self._open = {one.conversation_id: one for one in found}
        self._under_way = {
            conversation_id: one
            for conversation_id, one in self._under_way.items()
            if conversation_id not in self._open and one.created_at > begun - _UNDER_WAY
        }

    def changed(self, handoff: Handoff) -> None:
        """Know at once what an agent has done by this process."""
        self._changes += 1
        self._under_way.pop(handoff.conversation_id, None)
        if handoff.status in handoffs.OPEN:
            self._open[handoff.conversation_id] = handoff
        else:
            self._open.pop(handoff.conversation_id, None)

    def forget(self, conversation_ids: frozenset[str]) -> None:
        """Know nothing more of these conversations."""
        for conversation_id in conversation_ids:
            for known in (self._open, self._under_way, self._refusals):
                known.pop(conversation_id, None)

    def _refused(self, answer: Answer) -> int:
        """Count an answer and return how many refusals in a row its conversation has had."""
        if answer.outcome not in {Outcome.REFUSED, Outcome.CLOSEST}:
            self._refusals.pop(answer.conversation_id, None)
            return 0
        count = self._refusals.pop(answer.conversation_id, 0) + 1
        self._refusals[answer.conversation_id] = count
        while len(self._refusals) > _COUNTED:
            self._refusals.popitem(last=False)
        return count
