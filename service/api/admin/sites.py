"""``/v1/admin/sites``"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter

from content.errors import Forbidden, InvalidQuestion, NotFound
from service.api.admin.principal import Editor, Owner, ThePart, Viewer, noted
from service.api.visitor import Services, TheServices
from service.site import SiteSettings
from service.store import sites
from service.store.paging import Page
from service.store.rows import SiteRow

router = APIRouter(prefix="/v1/admin/sites", tags=["admin: sites"])


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site. ``seeded`` while it is as the configuration has it and follows that."""

    id: str
    settings: SiteSettings
    seeded: bool
    created_at: datetime
    updated_at: datetime


@router.get("")
async def listed(who: Viewer, services: TheServices, part: ThePart) -> Page[SiteView]:
    """List the sites."""
    found = await sites.listed(services.store.database, who.site_id, part)
    return Page(tuple(map(_view, found.items)), found.next)


@router.get("/{site_id}")
async def one(site_id: str, who: Viewer, services: TheServices) -> SiteView:
    """Return a site."""
    who.site(site_id)
    return _view(await sites.found(services.store.database, site_id))


@router.post("", status_code=201)
async def create(body: SiteSettings, who: Owner, services: TheServices) -> SiteView:
    """Add a site."""
    who.must_have_all_sites()
    _check(body, None)
    row = await sites.create(services.store.database, body)
    return await _changed(services, who, "create site", row)


@router.put("/{site_id}")
async def replace(site_id: str, body: SiteSettings, who: Editor, services: TheServices) -> SiteView:
    """Change a site, all of its settings at once; from then on it no longer follows the configuration."""
    who.site(site_id)
    if body.id != site_id:
        raise InvalidQuestion(f"id is {body.id!r}; a site keeps its id, here {site_id!r}")
    before = _view(await sites.found(services.store.database, site_id)).settings
    if who.site_id is not None and body.collections != before.collections:
        raise Forbidden("which collections a site shows is for those to say who have all sites")
    _check(body, before)
    row = await sites.replace(services.store.database, body)
    return await _changed(services, who, "change site", row)


@router.delete("/{site_id}", status_code=204)
async def remove(site_id: str, who: Owner, services: TheServices) -> None:
    """Remove a site. What its visitors left stays for as long as it is kept; erase it first where it must not."""
    who.must_have_all_sites()
    row = await sites.found(services.store.database, site_id)
    if row.seeded:
        raise InvalidQuestion(f"the site {site_id!r} is in glossator.toml; remove it there")
    await sites.remove(services.store.database, site_id)
    await services.sites.refresh(services.store)
    await noted(services, who, "remove site", None, site_id)


def _check(wanted: SiteSettings, before: SiteSettings | None) -> None:
    """Refuse what the configuration alone may say: anybody else could reach into the network of this machine by it."""
    kept = before.notify if before else None
    asked = wanted.notify
    if asked.allow_private and (kept is None or not kept.allow_private or kept.webhook != asked.webhook):
        raise Forbidden("notify.allow_private can be set in glossator.toml alone, together with the webhook it is for")
    if asked.webhook_secret and (kept is None or kept.webhook_secret != asked.webhook_secret):
        allowed = "GLOSSATOR_WEBHOOK_"
        if not asked.webhook_secret.startswith(allowed):
            raise Forbidden(f"notify.webhook_secret must name a variable that begins with {allowed}")


def _view(row: SiteRow) -> SiteView:
    try:
        settings = SiteSettings.model_validate(row.settings | {"id": row.id})
    except ValueError as error:
        raise NotFound(f"the settings of the site {row.id!r} cannot be read by this version") from error
    return SiteView(row.id, settings, row.seeded, row.created_at, row.updated_at)


async def _changed(services: Services, who: Editor, action: str, row: SiteRow) -> SiteView:
    await services.sites.refresh(services.store)
    await noted(services, who, action, row.id, row.id)
    return _view(row)
