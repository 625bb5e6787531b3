"""Other origins: which pages elsewhere may talk to the service, site by site, compared exactly."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.problem import problem
from service.site import DEFAULT_SITE
from service.sites import Sites

SITE_HEADER = "X-Glossator-Site"
_GUARDED = ("/v1/", "/mcp", "/admin")
_HEADERS = f"Authorization, Content-Type, {SITE_HEADER}"
_OWN_PAGES = ("/v1/admin/", "/admin")  # used from this service's own pages alone, and by programs
_SITE_PATH = re.compile(r"^/v1/site/([^/]+)$")
_PREFLIGHT_SECONDS = 600


class CrossOrigin:
    """Answers preflights, refuses foreign origins that a site does not allow, and marks what is allowed.

    Requests without an Origin header come from no other page: from this service's own, or from programs.
    """

    def __init__(self, app: ASGIApp, sites: Sites, public_url: str | None) -> None:
        self._app = app
        self._sites = sites
        self._public = origin_of(public_url) if public_url else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        origin = headers.get("origin")
        if not scope.get("path", "").startswith(_GUARDED) or origin is None or self._is_own(origin, scope, headers):
            await self._app(scope, receive, send)
        elif scope["path"].startswith(_OWN_PAGES):
            await problem(403, f"the origin {origin} may not use the dashboard's interface")(scope, receive, send)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await self._preflight(origin, headers)(scope, receive, send)
        elif not self._allows(origin, _site_id(scope, headers)):
            await self._refusal(origin, _site_id(scope, headers))(scope, receive, send)
        else:
            await self._app(scope, receive, _marking(send, origin))

    def _is_own(self, origin: str, scope: Scope, headers: Headers) -> bool:
        return origin in {self._public, f"{scope['scheme']}://{headers.get('host', '')}"}

    def _allows(self, origin: str, site_id: str) -> bool:
        site = self._sites.get(site_id)
        # An unknown site is told apart from a refused origin by the route, not here.
        return site is None or origin in site.allowed_origins

    def _preflight(self, origin: str, headers: Headers) -> Response:
        # A preflight does not say which site it is for, so one that any site allows may go on to its request.
        if not any(origin in site.allowed_origins for site in self._sites.all()):
            return self._refusal(origin, DEFAULT_SITE)
        # Client libraries send headers of their own. The origin is trusted, and no cookie is ever asked for.
        also = headers.get("access-control-request-headers", "")
        return Response(
            status_code=204,
            headers={
                "Access-Control-Allow-Origin": origin,
                "Access-Control-Allow-Methods": "GET, POST",
                "Access-Control-Allow-Headers": ", ".join(filter(None, (_HEADERS, also))),
                "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS),
                "Vary": "Origin",
            },
        )

    def _refusal(self, origin: str, site_id: str) -> Response:
        response = problem(
            403,
            f"the origin {origin} may not use the site {site_id!r}. "
            f'Add "{origin}" to allowed_origins of that [[site]] in glossator.toml.',
        )
        # The refusal holds nothing but itself, and the widget must be able to read it to name the setting.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Vary"] = "Origin"
        return response


def _site_id(scope: Scope, headers: Headers) -> str:
    path = _SITE_PATH.match(scope["path"])
    return path.group(1) if path else headers.get(SITE_HEADER) or DEFAULT_SITE


def origin_of(url: str) -> str:
    """Return the scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _marking(send: Send, origin: str) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["Access-Control-Allow-Origin"] = origin
            headers["Access-Control-Expose-Headers"] = "X-Request-ID, Retry-After"
            headers.add_vary_header("Origin")
        await send(message)

    return marked
