"""``/admin/privacy`` and ``/admin/audit``: what is kept of a visitor, given out or erased; and who did what here."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.encoders import jsonable_encoder

from service.api.admin import privacy as api
from service.api.admin.principal import Owner, ThePart
from service.dashboard.form import validated
from service.dashboard.navigation import ROOT
from service.dashboard.view import TheView

router = APIRouter(prefix=ROOT, include_in_schema=False)


@router.get("/privacy")
async def privacy(who: Owner, view: TheView) -> Response:
    """Show the form that looks for a visitor."""
    return view.show(who, "privacy.html")


@router.post("/privacy/export")
async def export(who: Owner, view: TheView, subject: Annotated[str, Form(max_length=320)] = "") -> Response:
    """Return the part of the page that shows every row that is kept of a visitor."""
    found = await api.export(_subject(subject, view.site_id), who, view.services)
    text = json.dumps(jsonable_encoder(found), ensure_ascii=False, indent=1)
    return view.show(who, "visitor.html", counts={name: len(rows) for name, rows in found.items()}, text=text)


@router.post("/privacy/erase")
async def erase(who: Owner, view: TheView, subject: Annotated[str, Form(max_length=320)] = "") -> Response:
    """Erase every row that is kept of a visitor; return the part of the page that says how many there were."""
    gone = await api.erase(_subject(subject, view.site_id), who, view.services)
    return view.show(who, "visitor.html", counts=gone, text=None)


@router.get("/audit")
async def audit(who: Owner, view: TheView, part: ThePart) -> Response:
    """List who did what, the last first."""
    return view.show(who, "audit.html", page=await api.listed(who, view.services, part, view.site_id))


def _subject(said: str, site_id: str | None) -> api.SubjectIn:
    """Return whom is meant: an address has an @, the id of a visitor has none. Raises InvalidQuestion."""
    name = "email" if "@" in said else "visitor_id"
    return validated(api.SubjectIn, {name: said.strip(), "site_id": site_id})
