"""Problem documents: how errors are told over HTTP (RFC 9457)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a request."""

    field: str
    detail: str


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as it is sent: ``type`` names its kind for programs, ``detail`` is for people."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldError, ...] = ()


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
