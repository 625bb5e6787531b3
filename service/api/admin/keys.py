"""``/v1/admin/keys``"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service.api.admin.principal import Owner, Site, ThePart, noted
from service.api.visitor import TheServices, find_site
from service.store import keys
from service.store.paging import Page
from service.store.rows import Key, Role

router = APIRouter(prefix="/v1/admin/keys", tags=["admin: access"])


class NewKey(BaseModel):
    """What a new key may do, and where: ``site_id`` absent means all sites."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    site_id: str | None = Field(None, max_length=64)
    name: str | None = Field(None, max_length=200)


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A new key. ``key`` is told this once."""

    id: str
    key: str


@router.get("")
async def listed(who: Owner, services: TheServices, part: ThePart, site: Site = None) -> Page[Key]:
    """List the keys, revoked ones too."""
    return await keys.listed(services.store.database, who.site(site), part)


@router.post("", status_code=201)
async def create(body: NewKey, who: Owner, services: TheServices) -> CreatedKey:
    """Make a key."""
    site_id = who.site(body.site_id)
    if site_id is not None:
        find_site(services.sites, site_id)
    key, token = await keys.create(services.store.database, body.role, site_id, body.name)
    await noted(services, who, "create key", site_id, key.id)
    return CreatedKey(key.id, token)


@router.delete("/{key_id}")
async def revoke(key_id: str, who: Owner, services: TheServices) -> Key:
    """Revoke a key."""
    key = await keys.revoke(services.store.database, key_id, who.site_id)
    await noted(services, who, "revoke key", key.site_id, key.id)
    return key
