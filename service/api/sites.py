"""``GET /v1/site/{site_id}``"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter

from content.snapshot import Snapshot
from service.api.visitor import TheServices, find_site, public_collections
from service.settings import Language, SiteSettings

router = APIRouter(tags=["sites"])

_SUGGESTIONS = 4


@dataclass(frozen=True, slots=True)
class Features:
    """What this service can do for visitors of a site."""

    chat: bool = True
    search: bool = True
    terms: bool = True
    feedback: bool = False
    leads: bool = False
    handoff: bool = False
    alignment: bool = False
    share: bool = False


@dataclass(frozen=True, slots=True)
class SiteReply:
    """What a visitor's page needs to show the assistant."""

    id: str
    title: str
    greeting: str | None
    suggestions: tuple[str, ...]
    color: str | None
    theme: Literal["auto", "light", "dark"]
    font: str | None
    logo: str | None
    position: Literal["right", "left"]
    languages: tuple[Language, ...]
    tone: Literal["formal", "friendly"]
    privacy_url: str | None
    consent: str | None
    features: Features


@router.get("/v1/site/{site_id}")
def site(site_id: str, services: TheServices) -> SiteReply:
    """Return how a site's assistant presents itself."""
    found = find_site(services.settings, site_id)
    return SiteReply(
        id=found.id,
        title=found.title,
        greeting=found.greeting,
        suggestions=found.suggestions or _suggestions(found, services.library.current),
        color=found.color,
        theme=found.theme,
        font=found.font,
        logo=found.logo,
        position=found.position,
        languages=found.languages,
        tone=found.tone,
        privacy_url=found.privacy_url,
        consent=found.consent,
        features=Features(),
    )


def _suggestions(site: SiteSettings, snapshot: Snapshot) -> tuple[str, ...]:
    """Return questions that the content asks itself, from all over it, or questions for its terms."""
    collections = public_collections(site, snapshot)
    ranges = snapshot.rows(collections)
    asked = snapshot.catalog.questions()
    own = [question for row, question in asked.items() if ranges is None or any(row in rows for rows in ranges)]
    own = own or [f"What is {term.name}?" for term in snapshot.glossary.search("", collections)]
    step = max(1, len(own) // _SUGGESTIONS)
    return tuple(dict.fromkeys(own[step // 2 :: step]))[:_SUGGESTIONS]
