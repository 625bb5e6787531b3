"""What is kept of a visitor: given out, or erased from every place that holds it; and what is too old, removed."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from service.asked import AskedRecord
from service.conversation import Conversations
from service.people.desk import Desk
from service.policy import PrivacySettings
from service.sites import Sites
from service.store import privacy
from service.store.drain import forget_refused
from service.store.store import Store

_log = logging.getLogger("glossator.privacy")
_SETTLE_SECONDS = 15.0  # that the spool may take to be drained before an erasure gives up


@dataclass(frozen=True, slots=True)
class Subject:
    """A visitor, by the id of their sessions or by their e-mail address, at a site or (None) at all."""

    site_id: str | None
    visitor_id: str | None
    email: str | None


async def export(store: Store, subject: Subject) -> dict[str, list[dict[str, Any]]]:
    """Return every row that is kept of a visitor, by table. Raises StoreUnavailable."""
    await store.settle(_SETTLE_SECONDS)
    return await privacy.rows(store.database, await _traces(store, subject))


async def erase(
    store: Store, subject: Subject, asked: AskedRecord, conversations: Conversations, desk: Desk
) -> dict[str, int]:
    """Remove every row that is kept of a visitor, and what lies outside the tables; return how many rows of each.

    The spool is emptied first, so that nothing of it comes back. What a conversation was answered in the last minutes
    may still be in the memory of other workers, which write it nowhere. Raises StoreUnavailable.
    """
    await store.settle(_SETTLE_SECONDS)
    left = await _traces(store, subject)
    rows = await privacy.rows(store.database, left)
    questions = {row[name] for row in rows["messages"] for name in ("question", "searched") if row[name]}
    gone = await privacy.erase(store.database, left)
    conversations.forget(left.conversations)
    desk.forget(left.conversations)
    await asyncio.to_thread(asked.forget, frozenset(questions))
    known = left.ids | ({subject.visitor_id} if subject.visitor_id else set())
    await asyncio.to_thread(forget_refused, store.spool_folder, known, subject.email)
    await store.database.scrub()
    return gone


async def expire(store: Store, sites: Sites) -> None:
    """Remove what is older than the sites keep it. Raises StoreUnavailable."""
    rules = {site.id: site.privacy for site in sites.all()}
    count = 0
    for site_id in await privacy.site_ids(store.database):
        kept = rules.get(site_id, PrivacySettings())  # of a site that is gone
        count += await privacy.expire(store.database, site_id, kept.conversation_days, kept.lead_days)
    await privacy.expire_rest(store.database)
    if count:
        _log.info("removed %d conversations and leads that were too old", count)


async def _traces(store: Store, subject: Subject) -> privacy.Traces:
    return await privacy.traces(store.database, subject.site_id, visitor_id=subject.visitor_id, email=subject.email)
