"""The page at ``/``, the page in a frame, and the widget's files: what ``make widget`` built from its sources."""

from __future__ import annotations

import os
import re
from pathlib import Path

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from service.access.cors import origin_of
from service.api.visitor import Services, find_site
from service.site import DEFAULT_SITE, SiteSettings

_BUILT = Path(__file__).parent.parent / "widget" / "dist"
_HASHED = re.compile(r"-[A-Z0-9]{8}\.js$")  # the name changes whenever the content does
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "public, max-age=300"
# Our pages run nothing but their own scripts, and show nothing from elsewhere but a site's logo.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
)


class _Files(StaticFiles):
    """The built files, for pages of any origin: they are the same for everyone."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Return a file with what browsers need to know about it."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(
            {
                "Cache-Control": _FOREVER if _HASHED.search(str(full_path)) else _ASK_AGAIN,
                "Access-Control-Allow-Origin": "*",  # modules are fetched with CORS
                "Cross-Origin-Resource-Policy": "cross-origin",
                "X-Content-Type-Options": "nosniff",
            }
        )
        return response


_files = _Files(directory=_BUILT, check_dir=False)


async def _page(request: Request) -> Response:
    site = _site(request, request.query_params.get("site", DEFAULT_SITE))
    return await _document(request, "page.html", site, "'none'", "no-referrer")


async def _shared(request: Request) -> Response:
    """Return the page that shows a shared answer; what is shared, the page asks for itself."""
    site = _site(request, DEFAULT_SITE)
    return await _document(request, "shared.html", site, "'none'", "no-referrer")


async def _framed(request: Request) -> Response:
    site = _site(request, request.path_params["site_id"])
    ancestors = " ".join(("'self'", *site.allowed_origins))
    return await _document(request, "framed.html", site, ancestors, "same-origin")


def _site(request: Request, site_id: str) -> SiteSettings:
    services: Services = request.app.state.services
    return find_site(services.sites, site_id)


async def _document(request: Request, name: str, site: SiteSettings, ancestors: str, referrers: str) -> Response:
    response = await _files.get_response(name, request.scope)
    images = f"'self' {origin_of(site.logo)}" if site.logo else "'self'"
    response.headers["Content-Security-Policy"] = f"{_POLICY}; img-src {images}; frame-ancestors {ancestors}"
    response.headers["Referrer-Policy"] = referrers
    return response


async def _widget(request: Request) -> Response:
    return await _files.get_response("widget.js", request.scope)


async def _icon(request: Request) -> Response:
    return await _files.get_response("icon.svg", request.scope)


class _Noted:
    """A route that the request's scope holds from then on, as FastAPI's own do, so that metrics can tell its path."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, found = super().matches(scope)  # type: ignore[misc]
        return match, {**found, "route": self}


class _Route(_Noted, Route):
    pass


class _Mount(_Noted, Mount):
    pass


def routes() -> list[BaseRoute]:
    """Return the routes of all pages and files, which are sent compressed."""
    compressed = [Middleware(GZipMiddleware, minimum_size=1000)]
    return [
        _Route("/", _page, middleware=compressed),
        _Route("/s/{token}", _shared, middleware=compressed),
        _Route("/frame/{site_id}", _framed, middleware=compressed),
        _Route("/widget.js", _widget, middleware=compressed),
        _Route("/favicon.ico", _icon, middleware=compressed),
        _Mount("/assets", _files, middleware=compressed),
    ]
