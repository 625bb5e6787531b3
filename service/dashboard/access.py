"""``/admin/access``: who may sign in, and which programs may come with a key."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response

from service.api.admin import keys, members
from service.api.admin.principal import Owner
from service.dashboard.form import validated
from service.dashboard.navigation import ROOT
from service.dashboard.view import TheView, go_to
from service.store.paging import MOST, Part
from service.store.rows import Role

router = APIRouter(prefix=f"{ROOT}/access", include_in_schema=False)
_HERE = f"{ROOT}/access"


@router.get("")
async def access(who: Owner, view: TheView) -> Response:
    """Show members and keys."""
    return view.show(
        who,
        "access.html",
        members=(await members.listed(who, view.services, Part(MOST), view.site_id)).items,
        keys=(await keys.listed(who, view.services, Part(MOST), view.site_id)).items,
        roles=tuple(Role),
    )


@router.post("/keys")
async def create_key(
    who: Owner,
    view: TheView,
    role: Annotated[Role, Form()],
    name: Annotated[str, Form(max_length=200)] = "",
    site: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Make a key; the part of the page that shows it is all there ever is of it."""
    made = await keys.create(keys.NewKey(role=role, site_id=site or None, name=name or None), who, view.services)
    return view.show(who, "new-key.html", made=made)


@router.post("/keys/{key_id}/revoke")
async def revoke_key(key_id: str, who: Owner, view: TheView) -> Response:
    """Revoke a key."""
    await keys.revoke(key_id, who, view.services)
    return go_to(_HERE)


@router.post("/members")
async def create_member(
    who: Owner,
    view: TheView,
    role: Annotated[Role, Form()],
    email: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    secret: Annotated[str, Form(alias="password")] = "",
    site: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Add a member."""
    said = {"email": email, "name": name, "password": secret, "role": role, "site_id": site or None}
    await members.create(validated(members.NewMember, said), who, view.services)
    return go_to(_HERE)


@router.post("/members/{member_id}/role")
async def change_role(member_id: str, who: Owner, view: TheView, role: Annotated[Role, Form()]) -> Response:
    """Give a member another role, which ends their sessions."""
    await members.change(member_id, members.MemberChange(role=role), who, view.services)
    return go_to(_HERE)


@router.post("/members/{member_id}/remove")
async def remove_member(member_id: str, who: Owner, view: TheView) -> Response:
    """Remove a member and end their sessions."""
    await members.remove(member_id, who, view.services)
    return go_to(_HERE)
