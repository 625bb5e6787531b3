"""``/v1/admin/leads``"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from service.api.admin.principal import Agent, Site, ThePart, Viewer, noted
from service.api.visitor import TheServices
from service.privacy.export import MEDIA_TYPES, Format, exported
from service.store import leads
from service.store.paging import Page
from service.store.rows import Lead

router = APIRouter(prefix="/v1/admin/leads", tags=["admin: leads"])
Status = Literal["new", "contacted", "closed"]


class LeadChange(BaseModel):
    """What has become of a lead."""

    model_config = ConfigDict(extra="forbid")

    status: Status


@router.get("")
async def listed(
    who: Viewer, services: TheServices, part: ThePart, site: Site = None, status: Status | None = None
) -> Page[Lead]:
    """List leads, the newest first."""
    return await leads.listed(services.store.database, who.site(site), part, status)


@router.get("/export")
async def export(
    who: Viewer, services: TheServices, form: Annotated[Format, Query(alias="format")] = "csv", site: Site = None
) -> StreamingResponse:
    """Give all leads as CSV or JSON Lines."""
    site_id = who.site(site)
    await noted(services, who, "export leads", site_id, None)
    return StreamingResponse(
        exported(Lead, form, partial(leads.listed, services.store.database, site_id)),
        media_type=MEDIA_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="leads.{form}"'},
    )


@router.get("/{lead_id}")
async def one(lead_id: str, who: Viewer, services: TheServices) -> Lead:
    """Return a lead."""
    return await leads.found(services.store.database, lead_id, who.site_id)


@router.patch("/{lead_id}")
async def mark(lead_id: str, body: LeadChange, who: Agent, services: TheServices) -> Lead:
    """Say what has become of a lead."""
    return await leads.mark(services.store.database, lead_id, who.site_id, body.status)
