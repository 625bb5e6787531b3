"""The typed client of a Glossator service, for Python programs.

    from glossator.client import Client

    with Client("https://assistant.example.com", site="shop") as client:
        answer = client.chat("What is a vector index?")
        print(answer.answer, [one.link for one in answer.citations])

``AsyncClient`` is the same with ``await``. What comes back are the dataclasses that the service itself answers with.
"""

from glossator.client.async_client import AsyncClient
from glossator.client.client import Client
from glossator.client.errors import (
    Ambiguous,
    ApiError,
    ClientError,
    Denied,
    Invalid,
    Missing,
    Overloaded,
    Unreachable,
)
from glossator.client.events import ReplyEvent
from service.model import (
    Answer,
    Citation,
    Delta,
    Outcome,
    RelatedTerm,
    SearchReply,
    SearchResult,
    Sources,
    Started,
    Turn,
)
from service.wire import FieldError, Health, PageReply, Ready, SiteReply, TermChoices, TermDetail, TermItem, TermList

__all__ = [
    "Ambiguous",
    "Answer",
    "ApiError",
    "AsyncClient",
    "Citation",
    "Client",
    "ClientError",
    "Delta",
    "Denied",
    "FieldError",
    "Health",
    "Invalid",
    "Missing",
    "Outcome",
    "Overloaded",
    "PageReply",
    "Ready",
    "RelatedTerm",
    "ReplyEvent",
    "SearchReply",
    "SearchResult",
    "SiteReply",
    "Sources",
    "Started",
    "TermChoices",
    "TermDetail",
    "TermItem",
    "TermList",
    "Turn",
    "Unreachable",
]
