"""Members, on both databases: somebody stays who lets others in."""

from __future__ import annotations

import asyncio

import pytest

from content.errors import Conflict
from service.store import members
from service.store.paging import Part
from service.store.rows import Member, Role

pytestmark = pytest.mark.anyio


async def owner(store, email: str, site_id: str | None = None) -> Member:
    return await members.create(store.database, email, email, "hash", Role.OWNER, site_id)


async def test_owners_who_demote_each_other_leave_one(store):
    for attempt in range(5):
        before = [one.id for one in (await members.listed(store.database, None, Part())).items]
        both = [await owner(store, f"{name}{attempt}@example.com") for name in ("ada", "ben")]
        for one in before:
            await members.remove(store.database, one, None)
        demote = [members.change(store.database, one.id, None, {"role": Role.EDITOR}) for one in both]
        said = await asyncio.gather(*demote, return_exceptions=True)
        assert sorted(type(one) for one in said if isinstance(one, BaseException)) == [Conflict]
        left = (await members.listed(store.database, None, Part())).items
        assert sorted(one.role for one in left) == [Role.EDITOR, Role.OWNER]


async def test_the_owner_of_a_site_stays_where_nobody_owns_all_sites(store):
    ada = await owner(store, "ada@example.com", "shop")
    await owner(store, "ben@example.com", "blog")
    with pytest.raises(Conflict, match="last owner of shop"):
        await members.remove(store.database, ada.id, None)
    await owner(store, "eve@example.com")
    await members.remove(store.database, ada.id, None)
