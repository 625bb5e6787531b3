"""``/v1/admin/ingests``"""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service.api.admin.principal import Editor, ThePart, Viewer, noted
from service.api.visitor import TheServices
from service.store import jobs
from service.store.paging import Page
from service.store.rows import Job

router = APIRouter(prefix="/v1/admin/ingests", tags=["admin: content"])


class IngestIn(BaseModel):
    """What to ingest: configured sources, all where none is named."""

    model_config = ConfigDict(extra="forbid")

    sources: list[str] = Field([], max_length=100)
    rebuild: bool = Field(False, description="Compute every vector anew.")
    force: bool = Field(
        False, description="Publish although the check found worse answers, or sources that lose many pages."
    )


@router.get("")
async def listed(who: Viewer, services: TheServices, part: ThePart) -> Page[Job]:
    """List the ingests that were started here, the newest first."""
    who.must_have_all_sites()
    return await jobs.listed(services.store.database, part)


@router.get("/{job_id}")
async def one(job_id: str, who: Viewer, services: TheServices) -> Job:
    """Return an ingest."""
    who.must_have_all_sites()
    return await jobs.found(services.store.database, job_id)


@router.post("", status_code=202)
async def start(body: IngestIn, who: Editor, services: TheServices) -> Job:
    """Start an ingest; it runs in the background."""
    who.must_have_all_sites()
    options = [option for option, on in (("--rebuild", body.rebuild), ("--force", body.force)) if on]
    job = await services.ingests.start(body.sources, options, who.name)
    await noted(services, who, "start ingest", None, job.id)
    return job
