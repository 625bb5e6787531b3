"""``POST /v1/messages/{id}/share`` and ``GET /v1/shares/{token}``"""

from __future__ import annotations

from fastapi import APIRouter, Request

from content.errors import NotFound
from service.api.visitor import TheGuest, TheServices, find_site
from service.store import conversations, shares
from service.wire import SharedAnswer, ShareReply

router = APIRouter(tags=["visitors"])

_SETTLE_SECONDS = 2.0  # that an answer of this very moment may take to be kept


@router.post("/v1/messages/{message_id}/share", status_code=201)
async def share(request: Request, message_id: str, guest: TheGuest, services: TheServices) -> ShareReply:
    """Make a public link to an answer; sharing it again gives the same link."""
    guest.must_own(services.identity, message_id, "message")
    database = services.store.database
    try:
        await conversations.exchange(database, message_id, guest.site.id)
    except NotFound:
        await services.store.settle(_SETTLE_SECONDS)
    token = await shares.share(database, message_id, guest.site.id)
    base = services.settings.public_url or str(request.base_url)
    return ShareReply(token, f"{base.rstrip('/')}/s/{token}")


@router.get("/v1/shares/{token}")
async def shared(token: str, services: TheServices) -> SharedAnswer:
    """Return an answer that was shared."""
    exchange = await shares.shared(services.store.database, token)
    site = find_site(services.sites, exchange.site_id)
    return SharedAnswer(
        site.id,
        site.title,
        exchange.question,
        exchange.answer,
        exchange.outcome,
        tuple(exchange.citations),
        exchange.created_at,
    )
