"""Errors as clients of OpenAI's API read them, on the routes of that API."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.problem import MEDIA_TYPE

_ROUTES = ("/v1/chat/completions", "/v1/models")
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


@dataclass(frozen=True, slots=True)
class OpenAIError:
    """What went wrong: ``param`` is the field at fault, ``code`` a name for programs."""

    message: str
    type: str
    param: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class OpenAIFailure:
    """An error as it is sent."""

    error: OpenAIError


def failure(status: int, message: str, param: str | None = None, code: str | None = None) -> OpenAIFailure:
    """Return an error for a status."""
    kind = _TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")
    return OpenAIFailure(OpenAIError(message, kind, param, code))


def failed(status: int, message: str, param: str | None = None, code: str | None = None) -> JSONResponse:
    """Return the response that tells of an error."""
    return JSONResponse(asdict(failure(status, message, param, code)), status)


def speaks_openai(path: str) -> bool:
    """Whether a path is one of OpenAI's API."""
    return path.startswith(_ROUTES)


class OpenAIErrors:
    """Rewrites the problem documents of OpenAI's routes, wherever further in they were made."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if not speaks_openai(scope.get("path", "")):
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        body = bytearray()

        async def rewritten(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_problem(message):
                start = message
                return
            if start is not None:
                body.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                await send(_restated(start, told := _told(body)))
                message = {"type": "http.response.body", "body": told}
            await send(message)

        await self._app(scope, receive, rewritten)


def _is_problem(message: Message) -> bool:
    return Headers(raw=message["headers"]).get("content-type") == MEDIA_TYPE


def _told(body: bytes | bytearray) -> bytes:
    problem = json.loads(body)
    param = problem["errors"][0]["field"] if problem.get("errors") else None
    return json.dumps(asdict(failure(problem["status"], problem["detail"], param))).encode()


def _restated(start: Message, body: bytes) -> Message:
    headers = MutableHeaders(raw=list(start["headers"]))
    headers["Content-Type"] = "application/json"
    headers["Content-Length"] = str(len(body))
    status = 400 if start["status"] == 422 else start["status"]  # there, all that is wrong with a request is 400
    return {**start, "status": status, "headers": headers.raw}
