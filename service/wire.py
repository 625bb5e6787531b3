"""The values that the HTTP interface gives beside those of a conversation: pages, terms, sites, errors.

They and ``service.model`` import nothing heavy, so that clients share them with the service.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from content.model import Word
from service.model import RelatedTerm


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a page; ``start`` and ``end`` index the page's text."""

    text: str
    level: int
    start: int
    end: int
    anchor: str | None


@dataclass(frozen=True, slots=True)
class PageReply:
    """A page as it was read. The offsets of passages and quotes index its text."""

    page_id: str
    collection: str
    title: str
    url: str | None
    text: str
    headings: tuple[Heading, ...]


@dataclass(frozen=True, slots=True)
class TermItem:
    """A term in a list."""

    slug: str
    name: str
    aliases: tuple[str, ...]
    definition: str
    url: str | None
    collection: str


@dataclass(frozen=True, slots=True)
class TermList:
    """A part of the glossary, by name; ``next`` is the cursor of the part after it, null at the end."""

    items: tuple[TermItem, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """A question that a term's page asks itself, and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class TermDetail:
    """A term with its page's questions and the terms that it names as related."""

    slug: str
    name: str
    aliases: tuple[str, ...]
    definition: str
    url: str | None
    collection: str
    page_id: str
    questions: tuple[QuestionAnswer, ...]
    related: tuple[RelatedTerm, ...]


@dataclass(frozen=True, slots=True)
class TermChoices:
    """The terms of several collections that share a slug."""

    choices: tuple[TermItem, ...]


@dataclass(frozen=True, slots=True)
class Definitions:
    """What the glossary says of a term: several collections may define it, and one name may mean several terms."""

    term: str
    definitions: tuple[TermDetail, ...]


@dataclass(frozen=True, slots=True)
class Features:
    """What this service can do for visitors of a site."""

    chat: bool = True
    search: bool = True
    terms: bool = True
    feedback: bool = True
    leads: bool = False
    handoff: bool = False
    alignment: bool = False
    share: bool = True


@dataclass(frozen=True, slots=True)
class LeadForm:
    """What visitors are asked who want to leave their address, and when."""

    when: str
    fields: tuple[str, ...]
    required: tuple[str, ...]
    consent: str


@dataclass(frozen=True, slots=True)
class SiteReply:
    """What a visitor's page needs to show the assistant.

    ``person_there``: a person can be called now; ``person_by_rule``: rules of the site call one unasked.
    """

    id: str
    title: str
    greeting: str | None
    suggestions: tuple[str, ...]
    color: str | None
    theme: Literal["auto", "light", "dark"]
    font: str | None
    logo: str | None
    position: Literal["right", "left"]
    languages: tuple[str, ...]
    formality: Literal["formal", "friendly"]
    privacy_url: str | None
    features: Features
    lead_form: LeadForm | None
    session_required: bool
    person_there: bool
    person_by_rule: bool


@dataclass(frozen=True, slots=True)
class Health:
    """The process is alive."""

    status: str = "ok"


@dataclass(frozen=True, slots=True)
class Ready:
    """Questions are answered from this snapshot.

    ``problem`` says what is wrong all the same: a newer one cannot be used, or the database cannot be reached.
    """

    status: str
    snapshot_id: str
    created: str
    pages: int
    passages: int
    terms: int
    problem: str | None


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request."""

    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as it is sent: ``type`` names its kind for programs, ``detail`` is for people."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class AlignmentReply:
    """What each word of a question looked at in a quote.

    The question is the text that was searched for, in which a follow-up stands alone and typing errors are corrected.
    ``question_tokens`` index it, ``passage_tokens`` index the quote. ``weights`` has a row for each word of the
    question and a column for each of the quote.
    """

    question: str
    quote: str
    question_tokens: tuple[Word, ...]
    passage_tokens: tuple[Word, ...]
    weights: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class LeadReply:
    """The lead is kept."""

    id: str


@dataclass(frozen=True, slots=True)
class HandoffReply:
    """The wish is kept. ``offline`` where nobody is there now: then a contact is worth leaving."""

    id: str
    status: str
    offline: bool


@dataclass(frozen=True, slots=True)
class SessionReply:
    """A visitor's session. The token goes into ``Authorization: Bearer``."""

    token: str
    expires_at: datetime
    visitor_id: str


@dataclass(frozen=True, slots=True)
class ShareReply:
    """The public, read-only link to an answer."""

    token: str
    url: str


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """An answer that was shared: the question and the answer, nothing of who asked."""

    site_id: str
    site_title: str
    question: str
    answer: str
    outcome: str
    citations: tuple[dict[str, Any], ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class VisitorMessage:
    """One message as the visitor saw it.

    ``message_id`` is missing where the assistant was asked; ``citations`` and ``outcome`` are the assistant's.
    """

    role: Literal["user", "assistant", "agent"]
    text: str
    created_at: datetime
    name: str | None = None
    message_id: str | None = None
    outcome: str | None = None
    citations: tuple[dict[str, Any], ...] = ()
    rating: Literal["up", "down"] | None = None


@dataclass(frozen=True, slots=True)
class VisitorHandoff:
    """Whether a person is called or there."""

    id: str
    status: str
    agent: str | None
    offline: bool


@dataclass(frozen=True, slots=True)
class VisitorConversation:
    """A visitor's own conversation, the oldest message first."""

    conversation_id: str
    messages: tuple[VisitorMessage, ...]
    handoff: VisitorHandoff | None
