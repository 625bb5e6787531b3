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
from service.wire import (
    AlignmentReply,
    FieldError,
    HandoffReply,
    Health,
    LeadForm,
    LeadReply,
    PageReply,
    Ready,
    SessionReply,
    SharedAnswer,
    ShareReply,
    SiteReply,
    TermChoices,
    TermDetail,
    TermItem,
    TermList,
    VisitorConversation,
    VisitorHandoff,
    VisitorMessage,
)

__all__ = [
    "AlignmentReply",
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
    "HandoffReply",
    "Health",
    "Invalid",
    "LeadForm",
    "LeadReply",
    "Missing",
    "Outcome",
    "Overloaded",
    "PageReply",
    "Ready",
    "RelatedTerm",
    "ReplyEvent",
    "SearchReply",
    "SearchResult",
    "SessionReply",
    "ShareReply",
    "SharedAnswer",
    "SiteReply",
    "Sources",
    "Started",
    "TermChoices",
    "TermDetail",
    "TermItem",
    "TermList",
    "Turn",
    "Unreachable",
    "VisitorConversation",
    "VisitorHandoff",
    "VisitorMessage",
]
