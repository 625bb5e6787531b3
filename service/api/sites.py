"""``GET /v1/site/{site_id}``"""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter

from content.snapshot import Snapshot
from service.api.visitor import TheServices, find_site
from service.policy import LeadSettings
from service.site import SiteSettings
from service.sites import public_collections
from service.wire import Features, LeadForm, SiteReply

router = APIRouter(tags=["sites"])

_SUGGESTIONS = 4


@router.get("/v1/site/{site_id}")
def site(site_id: str, services: TheServices) -> SiteReply:
    """Return how a site's assistant presents itself."""
    found = find_site(services.sites, site_id)
    snapshot = services.library.current
    there = found.handoff.enabled and found.handoff.is_open(datetime.now(UTC))
    return SiteReply(
        id=found.id,
        title=found.title,
        greeting=found.greeting,
        suggestions=found.suggestions or _suggestions(found, snapshot),
        color=found.color,
        theme=found.theme,
        font=found.font,
        logo=found.logo,
        position=found.position,
        languages=found.languages,
        formality=found.formality,
        privacy_url=found.privacy_url,
        features=Features(
            leads=found.leads.enabled, handoff=found.handoff.enabled, alignment=snapshot.tokens is not None
        ),
        lead_form=_form(found.leads) if found.leads.enabled else None,
        session_required=found.access.require_session,
        person_there=there,
        person_by_rule=found.handoff.has_rules,
    )


def _form(leads: LeadSettings) -> LeadForm:
    return LeadForm(leads.when, leads.asked, leads.required, leads.consent)


def _suggestions(site: SiteSettings, snapshot: Snapshot) -> tuple[str, ...]:
    """Return questions that the content asks itself, from all over it, or questions for its terms."""
    collections = public_collections(site, snapshot)
    ranges = snapshot.rows(collections)
    asked = snapshot.catalog.questions()
    own = [question for row, question in asked.items() if ranges is None or any(row in rows for rows in ranges)]
    own = own or [f"What is {term.name}?" for term in snapshot.glossary.search("", collections)]
    step = max(1, len(own) // _SUGGESTIONS)
    return tuple(dict.fromkeys(own[step // 2 :: step]))[:_SUGGESTIONS]
