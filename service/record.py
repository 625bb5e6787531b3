"""What is kept of an exchange, a lead, a handoff: rows for the spool, with personal data in messages redacted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from content.snapshot import Snapshot
from service.conversation import new_id
from service.model import Done, SearchResult
from service.policy import PrivacySettings
from service.privacy.redaction import redacted
from service.store.questions import packed
from service.store.rows import Handoff
from service.store.schema import milliseconds, now
from service.store.spool import Record


def exchange(
    question: str,
    done: Done,
    snapshot: Snapshot,
    *,
    site_id: str,
    visitor_id: str | None,
    collections: Sequence[str] | None,
    privacy: PrivacySettings,
) -> Record:
    """Return what is kept of a message and its answer."""
    answer = done.answer

    def kept(text: str) -> str:
        return redacted(text, privacy.redact, privacy.phone_region)

    searched = None if done.found is None else kept(done.found.question)
    row: dict[str, Any] = {
        "id": answer.message_id,
        "conversation_id": answer.conversation_id,
        "site_id": site_id,
        "visitor_id": visitor_id,
        "created_at": now(),
        "question": kept(question),
        "searched": searched,
        "answer": kept(answer.answer),
        "plain": kept(done.plain),
        "outcome": answer.outcome,
        "refusal_reason": None if answer.refusal_reason is None else kept(answer.refusal_reason),
        "passages": [_passage(source) for source in answer.sources],
        "citations": [asdict(citation) for citation in answer.citations],
        "best_score": None if done.found is None else round(done.found.best, 4),
        "model": answer.model,
        "usage": [asdict(one) for one in done.usage],
        "took_ms": answer.took_ms,
        "language": _language(answer.sources, snapshot),
        "collections": collections if done.found is None else list(done.found.collections),
        "snapshot_id": snapshot.snapshot_id,
        "curated_id": done.curated_id,
        "embedded_by": snapshot.manifest.model.sha256,
        # A vector says what the text said; where that was redacted, the question is embedded again from what is left.
        "vector": packed(done.found.vector) if done.found and searched == done.found.question else None,
    }
    return Record("messages", row)


def feedback(message_id: str, site_id: str, rating: str, comment: str | None, privacy: PrivacySettings) -> Record:
    """Return what is kept of a rating."""
    said = None if comment is None else redacted(comment, privacy.redact, privacy.phone_region)
    row = {"message_id": message_id, "site_id": site_id, "rating": rating, "comment": said, "created_at": now()}
    return Record("feedback", row)


def lead(site_id: str, consent_text: str, values: dict[str, Any]) -> Record:
    """Return what is kept of a lead; ``values`` are what the visitor sent."""
    row = values | {"id": new_id(), "site_id": site_id, "consent_text": consent_text, "status": "new"}
    return Record("leads", row | {"created_at": now()})


def handoff(handoff: Handoff) -> Record:
    """Return what is kept of a wish for a person."""
    row = asdict(handoff) | {"created_at": milliseconds(handoff.created_at)}
    return Record("handoffs", row)


def visitor_message(handoff: Handoff, text: str, privacy: PrivacySettings) -> Record:
    """Return what is kept of a visitor's message to an agent."""
    row = {
        "id": new_id(), "handoff_id": handoff.id, "conversation_id": handoff.conversation_id,
        "site_id": handoff.site_id, "author": "visitor", "name": None,
        "text": redacted(text, privacy.redact, privacy.phone_region), "created_at": now(),
    }  # fmt: skip
    return Record("handoff_messages", row)


def _passage(source: SearchResult) -> dict[str, Any]:
    kept = ("passage_id", "page_id", "collection", "title", "url", "score")
    return {name: getattr(source, name) for name in kept}


def _language(sources: Sequence[SearchResult], snapshot: Snapshot) -> str | None:
    return snapshot.manifest.collections[sources[0].collection].language if sources else None
