"""Rows as the service makes them, with what a test cares about filled in."""

from __future__ import annotations

from typing import Any

from service.conversation import new_id
from service.store.schema import now
from service.store.spool import Record


def message(conversation_id: str = "c1", **given: Any) -> Record:
    row = {
        "id": new_id(), "conversation_id": conversation_id, "site_id": "default", "visitor_id": None, "created_at": now(),
        "question": "What is softmax?", "searched": "What is softmax?", "answer": "A function. [1]", "plain": "A function.",
        "outcome": "answered", "refusal_reason": None, "passages": [{"passage_id": "p", "page_id": "p", "collection": "default", "title": "Softmax", "url": None, "score": 0.5}], "citations": [],
        "best_score": 0.5, "model": "extractive", "usage": None, "took_ms": 3, "language": "english", "collections": None,
        "snapshot_id": "s", "curated_id": None,
    }  # fmt: skip
    return Record("messages", row | given)


def lead(**given: Any) -> Record:
    row = {
        "id": new_id(), "site_id": "default", "conversation_id": None, "visitor_id": None, "email": "ada@example.com",
        "name": "Ada", "company": None, "message": None, "fields": {}, "consent": True, "consent_text": "I agree.",
        "status": "new", "created_at": now(),
    }  # fmt: skip
    return Record("leads", row | given)


def handoff(conversation_id: str = "c1", **given: Any) -> Record:
    row = {
        "id": new_id(), "site_id": "default", "conversation_id": conversation_id, "visitor_id": None, "cause": "request",
        "reason": None, "contact": None, "offline": False, "status": "waiting", "agent": None, "created_at": now(),
        "taken_at": None, "closed_at": None,
    }  # fmt: skip
    return Record("handoffs", row | given)


def feedback(message_id: str, rating: str, created_at: int | None = None) -> Record:
    row = {
        "message_id": message_id, "site_id": "default", "rating": rating, "comment": None,
        "created_at": now() if created_at is None else created_at,
    }  # fmt: skip
    return Record("feedback", row)
