"""A site: one assistant as its visitors meet it, and what its owner decides of it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from service.answering.replies import RepliesSettings
from service.brand import BrandSettings
from service.policy import AccessSettings, HandoffSettings, LeadSettings, NotifySettings, PrivacySettings

DEFAULT_SITE = "default"


def _origin(value: str) -> str:
    parts = urlsplit(value)
    exact = parts.scheme in {"http", "https"} and parts.netloc and parts.path in {"", "/"} and not parts.query
    if not exact:
        raise ValueError(f"{value!r} is no origin; write scheme, host and port alone, such as https://www.example.com")
    return f"{parts.scheme}://{parts.netloc.lower()}"


Origin = Annotated[str, AfterValidator(_origin)]


class SiteSettings(BrandSettings):
    """A ``[[site]]``: one assistant as visitors meet it."""

    id: str = Field(DEFAULT_SITE, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", description="Its public name.")
    title: str = Field("Ask the glossary", description="The assistant's name.")
    greeting: str | None = Field(
        None, description="What a new visitor reads first. Absent: an invitation to ask, in the visitor's language."
    )
    suggestions: tuple[str, ...] = Field(
        (), description="Questions to begin with; taken from the content where there are none."
    )
    collections: tuple[str, ...] | None = Field(None, description="The public collections; absent means all.")
    allowed_origins: tuple[Origin, ...] = Field(
        (), description="The origins whose pages may embed the widget, compared exactly."
    )
    tone: str = Field("", max_length=500, description="How a model is to write, such as `warm and brief, no jargon`.")
    language: str | None = Field(
        None, description="The language that a model writes in, such as `German`; absent: that of the question."
    )
    replies: RepliesSettings = Field(RepliesSettings(), description="What is said without a search.")
    access: AccessSettings = Field(AccessSettings(), description="Who may ask, and how often.")
    leads: LeadSettings = Field(LeadSettings(), description="Whether and how visitors may leave their address.")
    handoff: HandoffSettings = Field(HandoffSettings(), description="Whether and when a person takes over.")
    notify: NotifySettings = Field(NotifySettings(), description="Who is told of new leads and handoffs.")
    privacy: PrivacySettings = Field(PrivacySettings(), description="What is kept of visitors, and for how long.")
