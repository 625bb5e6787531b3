"""The failure: how errors are told on the dashboard, where people read them and not programs."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from service.dashboard.navigation import ROOT
from service.dashboard.view import HEADERS, render


def is_page(path: str) -> bool:
    """Whether a path is one of the dashboard."""
    return path == ROOT or path.startswith(f"{ROOT}/")


def failed(request: Request, status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    """Return a page that tells of an error, or the part of one where htmx asked.

    Who is not signed in gets the form for that at the very address that they wanted, and is there once signed in.
    """
    always = HEADERS | (headers or {})
    asked_by_htmx = "hx-request" in request.headers
    if status == HTTPStatus.UNAUTHORIZED:
        if asked_by_htmx:
            return Response(status_code=status, headers=always | {"HX-Refresh": "true"})
        return HTMLResponse(render("sign-in.html", problem=None, email="", back=_address(request)), status, always)
    text = detail[:1].upper() + detail[1:]
    if asked_by_htmx:
        return HTMLResponse(render("notice.html", text=text), status, always)
    return HTMLResponse(render("failure.html", title=HTTPStatus(status).phrase, text=text), status, always)


def _address(request: Request) -> str:
    """Return where to go after signing in: what was asked for, if it was a page to read."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}" if request.method == "GET" else ROOT
