"""The values of a conversation: what is asked and what is answered.

They are also the shapes of the HTTP interface, so their field names are promises.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from content.search import Found  # the vector index; clients need none of it


class Outcome(StrEnum):
    """What became of a question."""

    ANSWERED = "answered"
    CLOSEST = "closest"
    REFUSED = "refused"
    CONVERSATION = "conversation"
    CLARIFY = "clarify"
    HANDED_OFF = "handed_off"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Highlight:
    """A stretch of a result's own text that holds words of the query."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A passage that was found. ``text`` is the page's text from ``start`` to ``end``."""

    passage_id: str
    page_id: str
    collection: str
    title: str
    url: str | None
    link: str | None
    heading: tuple[str, ...]
    text: str
    start: int
    end: int
    score: float
    highlights: tuple[Highlight, ...]


@dataclass(frozen=True, slots=True)
class SearchReply:
    """What a search found, best first."""

    query: str
    results: tuple[SearchResult, ...]
    took_ms: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote that supports a sentence of the answer: the page's text from ``start`` to ``end``."""

    number: int
    passage_id: str
    page_id: str
    collection: str
    title: str
    url: str | None
    link: str | None
    heading: tuple[str, ...]
    quote: str
    start: int
    end: int
    support: float


@dataclass(frozen=True, slots=True)
class RelatedTerm:
    """A term near to what was asked."""

    name: str
    slug: str
    definition: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole reply to a message. ``answer`` is Markdown with marks such as [1]."""

    conversation_id: str
    message_id: str
    outcome: Outcome
    answered: bool
    answer: str
    refusal_reason: str | None = None
    citations: tuple[Citation, ...] = ()
    unsupported: tuple[str, ...] = ()
    sources: tuple[SearchResult, ...] = ()
    related_terms: tuple[RelatedTerm, ...] = ()
    suggestions: tuple[str, ...] = ()
    model: str = ""
    took_ms: int = 0

    @property
    def support(self) -> float | None:
        """The support of its weakest citation, None without one."""
        return min((citation.support for citation in self.citations), default=None)


@dataclass(frozen=True, slots=True)
class Usage:
    """What one call of a language model took: its tokens as the vendor counted them, and their price.

    ``cost`` is in the currency of the prices in the settings, None where they state none. ``failure`` says why the call
    came to nothing, empty where it did not.
    """

    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    first_token_ms: int | None = None
    took_ms: int = 0
    failure: str = ""


# What a reply is made of while it streams, in the order in which it comes.


@dataclass(frozen=True, slots=True)
class Started:
    """The reply has its ids."""

    conversation_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Sources:
    """The passages that were found."""

    sources: tuple[SearchResult, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Delta:
    """The next part of the answer's Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation that a mark in the text refers to."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer; it counts, whatever was streamed before. ``plain`` is its text without marks or Markdown.

    ``found`` is what the search found, None where nothing was searched for. ``curated_id`` is of the owner's
    answer that was given, ``usage`` what each call of a language model took.
    """

    answer: Answer
    plain: str
    found: Found | None = None
    curated_id: str | None = None
    usage: tuple[Usage, ...] = ()


Event = Started | Sources | Delta | Cited | Done
