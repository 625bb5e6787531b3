"""The page at ``/`` and the widget's files."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

router = APIRouter(include_in_schema=False)

_FILES = Path(__file__).parent.parent / "widget"
_SECONDS = 300  # that a browser keeps a file before it asks again
# The page runs nothing but its own script and shows nothing from elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
_ASSETS = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@router.get("/")
def page() -> Response:
    """Return the full-page assistant."""
    return _file("index.html", "text/html; charset=utf-8", {"Content-Security-Policy": _POLICY})


@router.get("/widget.js")
def widget() -> Response:
    """Return the widget: one script that any page can embed."""
    return _file("widget.js", "text/javascript; charset=utf-8", {"Cross-Origin-Resource-Policy": "cross-origin"})


@router.get("/assets/{name}")
def asset(name: str) -> Response:
    """Return a file of the full-page assistant."""
    if name not in _ASSETS:
        return Response(status_code=404)
    return _file(name, _ASSETS[name])


@router.get("/favicon.ico")
def favicon() -> Response:
    """Return the icon that browsers ask for unasked."""
    return _file("icon.svg", _ASSETS["icon.svg"])


def _file(name: str, media_type: str, headers: dict[str, str] | None = None) -> Response:
    always = {
        "Cache-Control": f"public, max-age={_SECONDS}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return FileResponse(_FILES / name, media_type=media_type, headers=always | (headers or {}))
