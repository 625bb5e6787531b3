"""``GET /v1/site/{site_id}``"""

from __future__ import annotations

from fastapi import APIRouter

from content.snapshot import Snapshot
from service.api.visitor import TheServices, find_site, public_collections
from service.settings import SiteSettings
from service.wire import Features, SiteReply

router = APIRouter(tags=["sites"])

_SUGGESTIONS = 4


@router.get("/v1/site/{site_id}")
def site(site_id: str, services: TheServices) -> SiteReply:
    """Return how a site's assistant presents itself."""
    found = find_site(services.settings, site_id)
    snapshot = services.library.current
    suggestions = found.suggestions or _suggestions(found, snapshot)
    features = Features(alignment=snapshot.tokens is not None)
    return SiteReply(found.id, found.title, found.greeting, suggestions, found.color, features)


def _suggestions(site: SiteSettings, snapshot: Snapshot) -> tuple[str, ...]:
    """Return questions that the content asks itself, from all over it, or questions for its terms."""
    collections = public_collections(site, snapshot)
    ranges = snapshot.rows(collections)
    asked = snapshot.catalog.questions()
    own = [question for row, question in asked.items() if ranges is None or any(row in rows for rows in ranges)]
    own = own or [f"What is {term.name}?" for term in snapshot.glossary.search("", collections)]
    step = max(1, len(own) // _SUGGESTIONS)
    return tuple(dict.fromkeys(own[step // 2 :: step]))[:_SUGGESTIONS]
