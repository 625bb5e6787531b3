"""``GET /metrics``: for Prometheus, and for nobody whom the owner has not let in."""

from __future__ import annotations

import asyncio
import secrets
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from content.errors import Forbidden
from service.access.limits import is_this_machine
from service.api.visitor import TheServices, address
from service.settings import Settings
from service.telemetry.facts import exposition, sample

router = APIRouter(include_in_schema=False)

# What proxies add to the requests that they pass on.
_PASSED_ON = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")


@router.get("/metrics")
async def metrics(request: Request, services: TheServices, accept: Annotated[str, Header()] = "") -> Response:
    """Return all metrics in the text format of Prometheus."""
    if not _is_let_in(request, services.settings):
        raise Forbidden(
            "metrics are given to programs on this machine, and to others with the token: set "
            "GLOSSATOR_METRICS_TOKEN and send it as Authorization: Bearer."
        )
    sample(services)
    body, media_type = await asyncio.to_thread(exposition, services, accept)
    return Response(body, headers={"Content-Type": media_type, "Cache-Control": "no-store"})


def _is_let_in(request: Request, settings: Settings) -> bool:
    if settings.metrics_token is not None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        known = settings.metrics_token.get_secret_value()
        return scheme.lower() == "bearer" and secrets.compare_digest(given.strip().encode(), known.encode())
    # Through a proxy on this machine all the world comes from this machine, so then only a token tells who asks.
    behind_proxy = settings.public_url is not None or settings.trusted_proxies
    passed_on = any(name in request.headers for name in _PASSED_ON)
    return is_this_machine(address(request)) and not behind_proxy and not passed_on
