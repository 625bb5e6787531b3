"""Access: each request is counted, timed, traced and logged with one line."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.telemetry.metrics import Metrics
from service.telemetry.tracing import Tracing, described

_log = logging.getLogger("glossator.access")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})  # asked every few seconds; logged where they fail


class Access:
    """Tells of requests by the template of their route: a path or a query may hold what a visitor asks or is called."""

    def __init__(self, app: ASGIApp, metrics: Metrics, tracing: Tracing) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and tell of it when its response is whole."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        status = 500  # what the client gets where an exception leaves the application
        started = time.perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._tracing.request(method) as span:
            try:
                await self._app(scope, receive, noted)
            finally:
                route = _route(scope)
                self._tell(method, route, status, time.perf_counter() - started)
                if span is not None:
                    described(span, method, route, status, scope["state"]["request_id"])

    def _tell(self, method: str, route: str, status: int, seconds: float) -> None:
        self._metrics.requests.labels(method, route, status).inc()
        self._metrics.request_seconds.labels(route).observe(seconds)
        ms = round(seconds * 1000, 1)
        _log.log(
            logging.DEBUG if route in _PROBES and status < 400 else logging.INFO,
            "%s %s %d %s ms", method, route, status, ms,
            extra={"method": method, "route": route, "status": status, "ms": ms},
        )  # fmt: skip


def _route(scope: Scope) -> str:
    """Return the template of the route that a request met, such as ``/v1/terms/{slug}``."""
    path: str = getattr(scope.get("route"), "path", "none")
    return path
