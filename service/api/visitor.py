"""The visitor: which site they are at, and what of it they may see."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from content.embedding import Embedder
from content.errors import NotFound, SignInNeeded
from content.snapshot import Snapshot
from service.access.cors import SITE_HEADER
from service.access.identity import Identity
from service.access.limits import Limits
from service.access.visit import Guest
from service.answering.curated import Curated
from service.asked import AskedRecord
from service.assistant import Assistant
from service.conversation import Conversations
from service.glossary.shelf import Shelf
from service.learn.learner import Learner
from service.learn.reports import Reports
from service.library import Library
from service.people.desk import Desk
from service.settings import Settings
from service.site import DEFAULT_SITE, SiteSettings
from service.sites import Sites, public_collections
from service.store.store import Store
from service.telemetry.metrics import Metrics
from service.telemetry.tracing import Tracing
from service.upkeep.ingests import Ingests
from service.worker import Worker

_COUNTED = frozenset({"POST"})  # the methods that cost something; lists and definitions are read from memory


@dataclass(frozen=True, slots=True)
class Services:
    """What lives as long as the application does."""

    settings: Settings
    embedder: Embedder
    library: Library
    assistant: Assistant
    conversations: Conversations
    asked: AskedRecord
    shelf: Shelf
    worker: Worker
    store: Store
    sites: Sites
    desk: Desk
    curated: Curated
    identity: Identity
    limits: Limits
    ingests: Ingests
    learner: Learner
    reports: Reports
    metrics: Metrics
    tracing: Tracing
    draining: asyncio.Event  # set once the service is told to stop


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone at a site, with the snapshot that their request is answered from."""

    guest: Guest
    snapshot: Snapshot

    @property
    def site(self) -> SiteSettings:
        """The site that they are at."""
        return self.guest.site

    def collections(self, wanted: str | None = None) -> tuple[str, ...] | None:
        """Return the collections to look into, None for all.

        Raises NotFound for one that is not there or not public, alike.
        """
        public = public_collections(self.site, self.snapshot)
        if wanted is None:
            return public
        if wanted not in (self.snapshot.manifest.collections if public is None else public):
            raise NotFound(f"there is no collection {wanted!r}")
        return (wanted,)


async def services(request: Request) -> Services:
    """Return what the application is made of. Not a plain function, since FastAPI would run that in a thread."""
    found: Services = request.app.state.services
    return found


def find_site(sites: Sites, site_id: str) -> SiteSettings:
    """Return a site. Raises NotFound."""
    site = sites.get(site_id)
    if site is None:
        raise NotFound(f"there is no site {site_id!r}")
    return site


async def guest(
    request: Request,
    parts: Annotated[Services, Depends(services)],
    site_id: Annotated[str, Header(alias=SITE_HEADER, description="The site; absent: `default`.")] = DEFAULT_SITE,
    authorization: Annotated[str, Header(description="`Bearer` and a session, where the site asks for one.")] = "",
) -> Guest:
    """Return who asks. Raises NotFound for an unknown site, SignInNeeded without the session it asks for, TooMany."""
    return await admitted(request, parts, site_id, authorization)


async def admitted(request: Request, parts: Services, site_id: str, authorization: str) -> Guest:
    """Return who sends a request, and count it. Raises NotFound, SignInNeeded, TooMany."""
    site = find_site(parts.sites, site_id)
    if request.method in _COUNTED:
        await parts.limits.visit(site, address(request))
    scheme, _, token = authorization.partition(" ")
    try:
        visitor_id = parts.identity.visitor(token.strip(), site.id).visitor_id if scheme.lower() == "bearer" else None
    except SignInNeeded:
        visitor_id = None  # where no session is needed, clients of other kinds send keys of their own
    if visitor_id is None and site.access.require_session:
        raise SignInNeeded(
            f"the site {site.id!r} needs a session: get one with POST /v1/sessions and send it as Authorization: Bearer"
        )
    return Guest(site, visitor_id)


def address(request: Request) -> str:
    """Return the address that a request comes from, as a trusted proxy says it or as the connection has it."""
    return request.client.host if request.client else ""


async def visitor(parts: Annotated[Services, Depends(services)], who: Annotated[Guest, Depends(guest)]) -> Visitor:
    """Return who asks, with what they are answered from. Raises NoSnapshot before anything was published."""
    return Visitor(who, parts.library.current)


TheServices = Annotated[Services, Depends(services)]
TheGuest = Annotated[Guest, Depends(guest)]
TheVisitor = Annotated[Visitor, Depends(visitor)]
