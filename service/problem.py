"""Problem documents: how errors are told over HTTP (RFC 9457)."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.wire import FieldError, Problem

MEDIA_TYPE = "application/problem+json"


def describe(status: int, detail: str, errors: tuple[FieldError, ...] = ()) -> Problem:
    """Return the problem document for a status."""
    title = HTTPStatus(status).phrase
    kind = title.lower().replace(" ", "-").replace("'", "")
    return Problem(f"urn:glossator:problem:{kind}", title, status, detail, errors)


def problem(
    status: int, detail: str, errors: tuple[FieldError, ...] = (), headers: dict[str, str] | None = None
) -> JSONResponse:
    """Return the response that tells of an error."""
    content: dict[str, Any] = asdict(describe(status, detail, errors))
    if not errors:
        del content["errors"]
    return JSONResponse(content, status, headers, MEDIA_TYPE)


class ProblemBodies:
    """Turns the plain-text errors of middleware further in, such as a body limit, into problem documents."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        replaced: int | None = None

        async def translated(message: Message) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start" and _is_plain_error(message):
                replaced = message["status"]
            elif replaced is None:
                await send(message)
            elif not message.get("more_body"):
                detail = message.get("body", b"").decode() or HTTPStatus(replaced).description
                await problem(replaced, detail)(scope, receive, send)

        await self._app(scope, receive, translated)


def _is_plain_error(message: Message) -> bool:
    kind = Headers(raw=message["headers"]).get("content-type", "")
    return message["status"] >= 400 and kind.startswith("text/plain")
