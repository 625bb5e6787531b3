"""Conversations: kept in memory, as many and as long as the settings allow."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from content.errors import NotFound
from service.model import Citation, Turn

LONGEST = 40  # turns that are remembered of one conversation


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is kept of an answer to tell why it cites what it does.

    ``question`` is the text that was searched for, ``snapshot_id`` what was searched.
    """

    message_id: str
    question: str
    citations: tuple[Citation, ...]
    snapshot_id: str


@dataclass(slots=True)
class Conversation:
    """One visitor's conversation with one site."""

    conversation_id: str
    site_id: str
    used: float
    turns: list[Turn] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)


class Conversations:
    """The conversations of this process. ``clock`` returns seconds."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._kept: OrderedDict[str, Conversation] = OrderedDict()  # the one used longest ago first
        self._by_message: dict[str, Conversation] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def start(self, site_id: str, conversation_id: str) -> Conversation:
        """Begin a conversation; the one used longest ago makes room where there are too many."""
        self._expire()
        conversation = Conversation(conversation_id, site_id, self._clock())
        self._kept[conversation.conversation_id] = conversation
        while len(self._kept) > self._most:
            self._drop(next(iter(self._kept)))
        return conversation

    def resume(self, conversation_id: str, site_id: str) -> Conversation:
        """Return a conversation. Raises NotFound for one that is unknown, expired or another site's, alike."""
        self._expire()
        conversation = self._kept.get(conversation_id)
        if conversation is None or conversation.site_id != site_id:
            raise NotFound(
                "there is no such conversation; it may have expired. Start a new one without conversation_id."
            )
        conversation.used = self._clock()
        self._kept.move_to_end(conversation_id)
        return conversation

    def add(self, conversation: Conversation, question: str, answer: str, exchange: Exchange) -> None:
        """Remember a question and its answer."""
        conversation.turns += [Turn("user", question), Turn("assistant", answer)]
        del conversation.turns[:-LONGEST]
        conversation.exchanges.append(exchange)
        if conversation.conversation_id in self._kept:  # it may have made room for another meanwhile
            self._by_message[exchange.message_id] = conversation
        for old in conversation.exchanges[: -LONGEST // 2]:
            self._by_message.pop(old.message_id, None)
        del conversation.exchanges[: -LONGEST // 2]

    def exchange(self, message_id: str, site_id: str) -> Exchange:
        """Return what is kept of an answer. Raises NotFound for one unknown, expired or of another site, alike."""
        self._expire()
        conversation = self._by_message.get(message_id)
        if conversation is None or conversation.site_id != site_id:
            raise NotFound("there is no such message; its conversation may have expired.")
        return next(one for one in conversation.exchanges if one.message_id == message_id)

    def restore(self, site_id: str, conversation_id: str, turns: list[Turn]) -> Conversation:
        """Go on with a conversation that the store has kept."""
        conversation = self.start(site_id, conversation_id)
        conversation.turns = turns
        return conversation

    def forget(self, conversation_ids: frozenset[str]) -> None:
        """Drop conversations that must not be known any more."""
        for conversation_id in conversation_ids & self._kept.keys():
            self._drop(conversation_id)

    def _expire(self) -> None:
        oldest = self._clock() - self._seconds
        while self._kept and self._kept[first := next(iter(self._kept))].used < oldest:
            self._drop(first)

    def _drop(self, conversation_id: str) -> None:
        for exchange in self._kept.pop(conversation_id).exchanges:
            self._by_message.pop(exchange.message_id, None)


def new_id() -> str:
    """Return an id that nobody can guess."""
    return secrets.token_urlsafe(16)
