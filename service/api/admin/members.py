"""``/v1/admin/members``"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service.access import password
from service.api.admin.principal import Owner, Site, ThePart, noted
from service.api.visitor import TheServices, find_site
from service.people.mailbox import Mailbox
from service.store import members
from service.store.paging import Page
from service.store.rows import Member, Role

router = APIRouter(prefix="/v1/admin/members", tags=["admin: access"])
Password = Annotated[str, Field(min_length=password.SHORTEST, max_length=password.LONGEST)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class NewMember(BaseModel):
    """Who is to sign in: ``site_id`` absent means all sites."""

    model_config = ConfigDict(extra="forbid")

    email: Mailbox
    name: Name
    password: Password
    role: Role
    site_id: str | None = Field(None, max_length=64)


class MemberChange(BaseModel):
    """What is to change; it ends the member's sessions."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    password: Password | None = None
    role: Role | None = None


@router.get("")
async def listed(who: Owner, services: TheServices, part: ThePart, site: Site = None) -> Page[Member]:
    """List who may sign in."""
    return await members.listed(services.store.database, who.site(site), part)


@router.post("", status_code=201)
async def create(body: NewMember, who: Owner, services: TheServices) -> Member:
    """Add a member."""
    site_id = who.site(body.site_id)
    if site_id is not None:
        find_site(services.sites, site_id)
    kept = await password.hashed(body.password)
    member = await members.create(services.store.database, body.email, body.name, kept, body.role, site_id)
    await noted(services, who, "create member", site_id, member.id)
    return member


@router.patch("/{member_id}")
async def change(member_id: str, body: MemberChange, who: Owner, services: TheServices) -> Member:
    """Change a member's name, password or role."""
    values: dict[str, Any] = body.model_dump(exclude_none=True)
    if body.password is not None:
        values["password"] = await password.hashed(body.password)
    member = await members.change(services.store.database, member_id, who.site_id, values)
    await noted(services, who, "change member", member.site_id, member.id)
    return member


@router.delete("/{member_id}", status_code=204)
async def remove(member_id: str, who: Owner, services: TheServices) -> None:
    """Remove a member and end their sessions."""
    await members.remove(services.store.database, member_id, who.site_id)
    await noted(services, who, "remove member", who.site_id, member_id)
