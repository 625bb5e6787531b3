"""``POST /v1/sessions``"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, ConfigDict, Field

from content.errors import SignInNeeded
from service.access.identity import SESSION_SECONDS
from service.api.visitor import TheServices, address, find_site
from service.site import DEFAULT_SITE
from service.wire import SessionReply

router = APIRouter(tags=["visitors"])


class SessionRequest(BaseModel):
    """The site that a visitor is at."""

    model_config = ConfigDict(extra="forbid")

    site_id: str = Field(DEFAULT_SITE, max_length=64)


@router.post("/v1/sessions", status_code=201)
async def create(
    request: Request,
    body: SessionRequest,
    services: TheServices,
    authorization: Annotated[str, Header(description="`Bearer` and a session that is to go on.")] = "",
) -> SessionReply:
    """Begin a visitor's session at a site; with a session that is not over yet, go on as the same visitor."""
    site = find_site(services.sites, body.site_id)
    await services.limits.visit(site, address(request))
    try:
        known: str | None = services.identity.visitor(authorization.partition(" ")[2].strip(), site.id).visitor_id
    except SignInNeeded:
        known = None
    token = services.identity.session(site.id, known)
    visitor_id = services.identity.visitor(token, site.id).visitor_id
    return SessionReply(token, datetime.now(UTC) + timedelta(seconds=SESSION_SECONDS), visitor_id)
