"""``/admin/sites``: how the assistant looks and behaves at a site, seen as visitors see it, and how it gets there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse

from service.api.admin import sites as api
from service.api.admin.principal import Editor, Owner, ThePart, Viewer
from service.api.admin.sites import SiteView
from service.dashboard.form import controls, parsed, validated
from service.dashboard.navigation import ROOT
from service.dashboard.view import HEADERS, TheView, go_to, render
from service.site import SiteSettings

router = APIRouter(prefix=f"{ROOT}/sites", include_in_schema=False)

_BRAND = ("title", "greeting", "suggestions", "color")  # come first; what a site is beside that is for later
# The widget in it is the real one, so the page may be framed by ours, and speaks with this service alone.
_PREVIEW_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: https:; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@router.get("")
async def listed(who: Viewer, view: TheView, part: ThePart) -> Response:
    """List the sites."""
    return view.show(who, "sites.html", page=await api.listed(who, view.services, part))


@router.post("")
async def create(who: Owner, view: TheView, site_id: Annotated[str, Form(alias="id")] = "") -> Response:
    """Add a site, which is then filled in."""
    await api.create(validated(SiteSettings, {"id": site_id, "title": site_id}), who, view.services)
    return go_to(f"{ROOT}/sites/{site_id}")


@router.get("/{site_id}")
async def one(site_id: str, who: Viewer, view: TheView) -> Response:
    """Show a site: its settings as a form, the widget as visitors see it, and how to put it on a page."""
    site = await api.one(site_id, who, view.services)
    filled = controls(site.settings, leave_out=("id",))
    return view.show(
        who,
        "site.html",
        one=site,
        brand=[one for one in filled if one.name in _BRAND],
        rest=[one for one in filled if one.name not in _BRAND and one.kind != "group"],
        groups=[one for one in filled if one.kind == "group"],
        address=_address(view.request, view.services.settings.public_url),
    )


@router.post("/{site_id}")
async def change(site_id: str, who: Editor, view: TheView, request: Request) -> Response:
    """Change a site, all of its settings at once."""
    form = await request.form()
    given = {name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form}
    wanted = validated(SiteSettings, parsed(SiteSettings, given) | {"id": site_id})
    await api.replace(site_id, wanted, who, view.services)
    return go_to(f"{ROOT}/sites/{site_id}")


@router.post("/{site_id}/remove")
async def remove(site_id: str, who: Owner, view: TheView) -> Response:
    """Remove a site."""
    await api.remove(site_id, who, view.services)
    return go_to(f"{ROOT}/sites")


@router.get("/{site_id}/preview")
async def preview(site_id: str, who: Viewer, view: TheView) -> HTMLResponse:
    """Return a page with the real widget of a site, to be framed by the page of the site."""
    site: SiteView = await api.one(site_id, who, view.services)
    page = render("preview.html", site=site.settings, published=view.services.library.has_snapshot)
    return HTMLResponse(page, headers=HEADERS | {"Content-Security-Policy": _PREVIEW_POLICY})


def _address(request: Request, public_url: str | None) -> str:
    return (public_url or str(request.base_url)).rstrip("/")
