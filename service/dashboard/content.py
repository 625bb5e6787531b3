"""``/admin/content``: sources, ingests, findings of the linter, and the published states."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

from fastapi import APIRouter, Form, Response

from content.errors import InvalidQuestion
from service.api.admin import ingests, snapshots
from service.api.admin.principal import Editor, ThePart, Viewer
from service.dashboard.form import validated
from service.dashboard.navigation import ROOT
from service.dashboard.view import TheView, go_to
from service.store.paging import Part
from service.upkeep.child import COMMAND, run
from service.upkeep.schedule import runs_of

router = APIRouter(prefix=f"{ROOT}/content", include_in_schema=False)

_LATEST = 10  # ingests and snapshots beside the sources


@router.get("")
async def sources(who: Viewer, view: TheView) -> Response:
    """Show what is ingested and what came of it."""
    settings, services = view.services.settings, view.services
    jobs = await ingests.listed(who, services, Part(_LATEST))
    states = await asyncio.to_thread(snapshots.listed, who, services, Part(_LATEST))
    runs = await asyncio.to_thread(runs_of, settings.data_dir)
    return view.show(who, "content.html", sources=settings.source, runs=runs, jobs=jobs.items, snapshots=states.items)


@router.get("/ingests")
async def all_ingests(who: Viewer, view: TheView, part: ThePart) -> Response:
    """List the ingests that were started here, the newest first."""
    return view.show(who, "ingests.html", page=await ingests.listed(who, view.services, part))


@router.post("/ingests")
async def start(
    who: Editor,
    view: TheView,
    sources: Annotated[list[str] | None, Form()] = None,
    rebuild: Annotated[bool, Form()] = False,
    force: Annotated[bool, Form()] = False,
) -> Response:
    """Start an ingest and show how it goes."""
    body = validated(ingests.IngestIn, {"sources": sources or [], "rebuild": rebuild, "force": force})
    job = await ingests.start(body, who, view.services)
    return go_to(f"{ROOT}/content/ingests/{job.id}")


@router.get("/ingests/{job_id}")
async def ingest(job_id: str, who: Viewer, view: TheView) -> Response:
    """Show an ingest, which goes on while the page is open."""
    return view.show(who, "ingest.html", one=await ingests.one(job_id, who, view.services))


@router.post("/findings")
async def findings(who: Editor, view: TheView) -> Response:
    """Look for faults of the content that is published now; return the part of the page that lists them."""
    who.must_have_all_sites()
    command = (*COMMAND, "--data-dir", str(view.services.settings.data_dir), "lint", "--json")
    _, said = await run(command)
    try:
        found = json.loads(said)
    except json.JSONDecodeError as error:
        raise InvalidQuestion(f"the linter could not look: {said[-500:].strip()}") from error
    return view.show(who, "findings.html", findings=found)


@router.post("/snapshots/{snapshot_id}/rollback")
async def rollback(snapshot_id: str, who: Editor, view: TheView) -> Response:
    """Answer from an earlier state again."""
    await snapshots.rollback(snapshot_id, who, view.services)
    return go_to(f"{ROOT}/content")
