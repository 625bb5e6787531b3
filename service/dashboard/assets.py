"""The files that the dashboard's pages need. They hold nothing of anybody, so they need no role."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse

from content.errors import NotFound
from service.dashboard.navigation import ROOT
from service.dashboard.view import FILES

router = APIRouter(prefix=ROOT, include_in_schema=False)

_CSS, _SCRIPT = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
_FILES = {
    "dashboard.css": _CSS,
    "dashboard.js": _SCRIPT,
    "vendor/htmx.min.js": _SCRIPT,
    "vendor/sse.min.js": _SCRIPT,
    "vendor/uplot.min.js": _SCRIPT,
    "vendor/uplot.min.css": _CSS,
}
_HEADERS = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}


@router.get("/assets/{name:path}")
def asset(name: str) -> FileResponse:
    """Return a file."""
    if name not in _FILES:
        raise NotFound(f"there is no file {name!r}")
    return FileResponse(FILES / name, media_type=_FILES[name], headers=_HEADERS)
