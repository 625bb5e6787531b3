"""What the store gives back. These are also the shapes of the HTTP interface, so their field names are promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal


class Role(StrEnum):
    """What a key or a member may do. Each role may do all that those before it may."""

    VIEWER = "viewer"
    AGENT = "agent"
    EDITOR = "editor"
    OWNER = "owner"

    def reaches(self, wanted: Role) -> bool:
        """Whether this role may do what the other may."""
        order = list(Role)
        return order.index(self) >= order.index(wanted)


@dataclass(frozen=True, slots=True)
class ConversationItem:
    """A conversation in a list. ``questions`` are the visitor's, a line each, as far as they fit."""

    id: str
    site_id: str
    visitor_id: str | None
    started_at: datetime
    last_at: datetime
    language: str | None
    messages: int
    answered: int
    refused: int
    handed_off: bool
    questions: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A visitor's message and its answer, with what the answer was made from. ``id`` is the answer's message_id."""

    id: str
    conversation_id: str
    site_id: str
    created_at: datetime
    question: str
    searched: str | None
    answer: str
    outcome: str
    refusal_reason: str | None
    passages: list[dict[str, Any]]
    citations: list[dict[str, Any]]
    best_score: float | None
    model: str
    usage: list[dict[str, Any]] | None
    took_ms: int
    language: str | None
    collections: list[str] | None
    snapshot_id: str | None
    curated_id: str | None
    rating: Literal["up", "down"] | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Lead:
    """Someone who left their address, and the consent that they gave: its text, and when (``created_at``)."""

    id: str
    site_id: str
    conversation_id: str | None
    visitor_id: str | None
    email: str
    name: str | None
    company: str | None
    message: str | None
    fields: dict[str, str]
    consent: bool
    consent_text: str
    status: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Handoff:
    """A conversation that a person is wanted for. ``cause`` is request, refused_twice, low_confidence or keyword.

    ``status`` is waiting, active (an agent has taken it), returned (handed back to the assistant) or closed.
    """

    id: str
    site_id: str
    conversation_id: str
    visitor_id: str | None
    cause: str
    reason: str | None
    contact: str | None
    offline: bool
    status: str
    agent: str | None
    created_at: datetime
    taken_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class HandoffMessage:
    """What the visitor or the agent wrote while a person had the conversation."""

    id: str
    handoff_id: str
    conversation_id: str
    author: Literal["visitor", "agent"]
    name: str | None
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Key:
    """An admin key, without the key itself, which nobody but its holder has. ``site_id`` None means all sites."""

    id: str
    role: Role
    site_id: str | None
    name: str | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Member:
    """Someone who signs in. ``site_id`` None means all sites."""

    id: str
    email: str
    name: str
    role: Role
    site_id: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """An ingest that was started here: what it was told, how it ended, the last lines of what it said."""

    id: str
    arguments: list[str]
    started_by: str
    status: Literal["running", "done", "failed"]
    exit_status: int | None
    output: str
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class CuratedAnswer:
    """An answer that the owner gives to a question, and to what means the same."""

    id: str
    site_id: str
    question: str
    answer: str
    link: str | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site: ``seeded`` while it is as the configuration has it."""

    id: str
    settings: dict[str, Any]
    seeded: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to what, without the content of it."""

    id: str
    site_id: str | None
    actor: str
    action: str
    target: str | None
    created_at: datetime
