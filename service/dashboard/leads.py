"""``/admin/leads``"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Response

from service.api.admin import leads as api
from service.api.admin.principal import Agent, ThePart, Viewer
from service.dashboard.navigation import ROOT
from service.dashboard.view import TheView, go_to

router = APIRouter(prefix=f"{ROOT}/leads", include_in_schema=False)


@router.get("")
async def listed(who: Viewer, view: TheView, part: ThePart, status: api.Status | Literal[""] = "") -> Response:
    """List leads, the newest first."""
    page = await api.listed(who, view.services, part, view.site_id, status or None)
    return view.show(who, "leads.html", page=page, status=status)


@router.get("/{lead_id}")
async def one(lead_id: str, who: Viewer, view: TheView) -> Response:
    """Show a lead."""
    return view.show(who, "lead.html", one=await api.one(lead_id, who, view.services))


@router.post("/{lead_id}/status")
async def mark(lead_id: str, who: Agent, view: TheView, status: Annotated[api.Status, Form()]) -> Response:
    """Say what has become of a lead."""
    await api.mark(lead_id, api.LeadChange(status=status), who, view.services)
    return go_to(view.link(f"{ROOT}/leads/{lead_id}"))
