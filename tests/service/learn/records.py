"""Records of what was asked, with what a test does not care about filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from service.learn.asked import Asked, PageKey, PassageKey
from service.model import Outcome

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
_numbers = count(1)


def passage(page_id: str, number: int = 1) -> PassageKey:
    return PassageKey(PageKey("default", page_id), f"{page_id}-{number}")


def asked(question: str = "How do I pay?", *, minutes: float = 0, **others: Any) -> Asked:
    number = next(_numbers)
    given: dict[str, Any] = {
        "message_id": f"m{number}", "conversation_id": f"c{number}", "site_id": "default", "collections": ("default",),
        "language": "en", "at": NOON + timedelta(minutes=minutes), "question": question, "searched": question,
        "topic": 1, "outcome": Outcome.ANSWERED, "score": 0.8, "support": 1.0, "rating": None, "comment": None,
        "shown": (), "cited": (), "took_ms": 40,
    }  # fmt: skip
    return Asked(**(given | others))
