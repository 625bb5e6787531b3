"""The visitor: which site they are at, and what of it they may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from content.embedding import Embedder
from content.errors import NotFound
from content.snapshot import Snapshot
from service.asked import AskedRecord
from service.assistant import Assistant
from service.conversation import Conversations
from service.cors import SITE_HEADER
from service.glossary.shelf import Shelf
from service.library import Library
from service.settings import DEFAULT_SITE, Settings, SiteSettings
from service.worker import Worker


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


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone at a site, with the snapshot that their request is answered from."""

    site: SiteSettings
    snapshot: Snapshot

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


def public_collections(site: SiteSettings, snapshot: Snapshot) -> tuple[str, ...] | None:
    """Return the collections that a site shows, None for all; those not ingested yet are left out."""
    if site.collections is None:
        return None
    return tuple(name for name in site.collections if name in snapshot.manifest.collections)


async def services(request: Request) -> Services:
    """Return what the application is made of. Not a plain function, since FastAPI would run that in a thread."""
    found: Services = request.app.state.services
    return found


def find_site(settings: Settings, site_id: str) -> SiteSettings:
    """Return a site. Raises NotFound."""
    site = settings.sites.get(site_id)
    if site is None:
        raise NotFound(f"there is no site {site_id!r}")
    return site


async def visitor(
    parts: Annotated[Services, Depends(services)],
    site_id: Annotated[str, Header(alias=SITE_HEADER, description="The site; absent: `default`.")] = DEFAULT_SITE,
) -> Visitor:
    """Return who asks. Raises NotFound for an unknown site, NoSnapshot before anything was published."""
    return Visitor(find_site(parts.settings, site_id), parts.library.current)


TheServices = Annotated[Services, Depends(services)]
TheVisitor = Annotated[Visitor, Depends(visitor)]
