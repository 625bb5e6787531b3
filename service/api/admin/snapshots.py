"""``/v1/admin/snapshots``"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter

from content.errors import InvalidQuestion
from content.manifest import Manifest
from content.replica import roll_back
from service.api.admin.principal import Editor, ThePart, Viewer, noted
from service.api.visitor import TheServices
from service.settings import Settings
from service.store.paging import Page
from service.upkeep.follower import configured_depot

router = APIRouter(prefix="/v1/admin/snapshots", tags=["admin: content"])


@dataclass(frozen=True, slots=True)
class SnapshotItem:
    """A published state. ``current`` is the one that answers come from."""

    id: str
    created: str
    model: str
    collections: tuple[str, ...]
    pages: int
    passages: int
    terms: int
    current: bool


@router.get("")
def listed(who: Viewer, services: TheServices, part: ThePart) -> Page[SnapshotItem]:
    """List the published states, the newest first."""
    who.must_have_all_sites()
    archive = services.settings.archive
    ids = list(reversed(archive.ids()))
    begin = 0
    if part.cursor is not None:
        if part.cursor not in ids:
            raise InvalidQuestion(f"cursor {part.cursor[:20]!r} is none that was given out; begin without one")
        begin = ids.index(part.cursor) + 1
    shown = ids[begin : begin + part.limit]
    current = archive.current_id()
    more = begin + part.limit < len(ids)
    return Page(tuple(_item(archive.manifest(one), current) for one in shown), shown[-1] if more else None)


@router.post("/{snapshot_id}/rollback")
async def rollback(snapshot_id: str, who: Editor, services: TheServices) -> SnapshotItem:
    """Answer from an earlier state again."""
    who.must_have_all_sites()
    manifest = await _rolled_back(services.settings, snapshot_id)
    await noted(services, who, "roll back", None, snapshot_id)
    return _item(manifest, manifest.snapshot_id)


async def _rolled_back(settings: Settings, snapshot_id: str) -> Manifest:
    archive, depot = settings.archive, configured_depot(settings)

    def work() -> Manifest:
        with archive.lock():
            return roll_back(depot, archive, snapshot_id) if depot else archive.rollback(snapshot_id)

    return await asyncio.to_thread(work)


def _item(manifest: Manifest, current: str | None) -> SnapshotItem:
    return SnapshotItem(
        manifest.snapshot_id,
        manifest.created,
        manifest.model.name,
        tuple(manifest.collections),
        manifest.pages,
        manifest.passages,
        manifest.terms,
        manifest.snapshot_id == current,
    )
