"""The analyses: what each report is computed by, from the database and nothing that lives in this process.

They are functions of a module, and all that they take and return can be pickled, so the analyst can have them run
elsewhere. Each raises StoreUnavailable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from service.learn import leads as lead_quality
from service.learn.asked import Asked, PageKey
from service.learn.conversations import Dimension, Quality, quality
from service.learn.gaps import Gap, GapStatus, gap_status, gaps
from service.learn.leads import LeadScore, lead_score
from service.learn.overview import Overview, overview
from service.learn.questions import TopQuestion, top_questions
from service.learn.sources import PageUsage, source_usage
from service.store import learning
from service.store.database import Database
from service.store.learning import Scope
from service.store.rows import Lead


@dataclass(frozen=True, slots=True)
class GapItem:
    """A gap and what became of it. ``asked_again_of`` is the snapshot of which its questions were last asked again."""

    id: int
    gap: Gap
    status: GapStatus
    asked_again_of: str | None


@dataclass(frozen=True, slots=True)
class LeadItem:
    """A lead and its quality."""

    lead: Lead
    quality: LeadScore


async def overview_of(database: Database, scope: Scope) -> Overview:
    """Return the figures of a period, day by day."""
    both = replace(scope.period, start=scope.period.before.start)
    return overview(await learning.days(database, scope.site_id, both), scope.period)


async def top_questions_of(database: Database, scope: Scope) -> list[TopQuestion]:
    """Return what was asked most."""
    both = replace(scope, period=replace(scope.period, start=scope.period.before.start))
    asked = await learning.asked(database, both)
    labels = await learning.labels(database, scope.site_id)
    return await asyncio.to_thread(top_questions, _labelled(asked, labels), labels, scope.period)


async def gaps_of(database: Database, scope: Scope) -> list[GapItem]:
    """Return what the content does not answer, and whether it does by now."""
    asked = await learning.asked(database, scope)
    passages = await learning.with_passages(database, [one.message_id for one in asked if one.missed])
    asked = [
        replace(one, shown=passages[one.message_id][0], cited=passages[one.message_id][1])
        if one.message_id in passages
        else one
        for one in asked
    ]
    labels = await learning.labels(database, scope.site_id)
    again = await learning.again(database, scope.site_id)
    found = await asyncio.to_thread(gaps, _labelled(asked, labels), labels)
    return [_gap_item(gap, again.get(gap.topic, [])) for gap in found]


async def sources_of(database: Database, scope: Scope, titles: dict[PageKey, str]) -> list[PageUsage]:
    """Return how the pages were used; ``titles`` are those of all pages that there are."""
    asked = await learning.asked(database, scope, passages=True)
    used = await asyncio.to_thread(source_usage, asked, titles)
    return [one for one in used if scope.collection in {None, one.page.collection}]


async def quality_of(database: Database, scope: Scope, by: Dimension) -> list[Quality]:
    """Return how conversations fared, by site, collection, language or time."""
    asked = await learning.asked(database, scope, collections=by is Dimension.COLLECTION)
    return await asyncio.to_thread(quality, asked, await learning.handed_off(database, scope), by)


async def leads_of(database: Database, scope: Scope, wanted: Mapping[str, Sequence[str]]) -> list[LeadItem]:
    """Return the leads of a period, the most promising first; ``wanted`` are the fields that each site asks for."""
    found = await learning.leads(database, scope)
    asked = await learning.of_conversations(database, {one.conversation_id for one in found if one.conversation_id})
    handed_off = await learning.handed_off(database, scope)
    items = []
    for one in found:
        said = lead_quality.Lead(one.id, one.email, one.name, one.company, one.message, one.fields)
        talk = asked.get(one.conversation_id or "", [])
        fields = wanted.get(one.site_id, ())
        items.append(LeadItem(one, lead_score(said, talk, one.conversation_id in handed_off, fields)))
    return sorted(items, key=lambda item: (-item.quality.score, item.lead.created_at, item.lead.id))


def _labelled(asked: list[Asked], labels: dict[int, str]) -> list[Asked]:
    """Return those whose topic has a label: a topic may have come between the two readings."""
    return [one for one in asked if one.topic is None or one.topic in labels]


def _gap_item(gap: Gap, again: list[learning.Again]) -> GapItem:
    status = gap_status(gap, [one.asked for one in again])
    return GapItem(gap.topic, gap, status, max((one.snapshot_id for one in again), default=None))
