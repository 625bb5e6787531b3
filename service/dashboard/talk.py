"""The talk: what visitor, assistant and agent said, in the order in which they said it."""

from __future__ import annotations

from collections.abc import Iterable

from service.store.rows import Exchange, HandoffMessage


def merged(exchanges: Iterable[Exchange], written: Iterable[HandoffMessage]) -> list[Exchange | HandoffMessage]:
    """Return all of a conversation, the oldest first."""
    said: list[Exchange | HandoffMessage] = [*exchanges, *written]
    return sorted(said, key=lambda one: one.created_at)
