"""Answers: what a server says to a request, and what that means."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from content.errors import NotFetched
from ingest.web.address import Address
from ingest.web.body import Caps, receive, unpack

# What is read of an answer whose body nobody needs, so that its connection stays usable.
_ASIDE = Caps(sent=1 << 16)
_LONGEST_VALIDATOR = 1000  # characters


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave along with an earlier copy, to ask whether it still holds (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """What an address holds. ``media_type`` is lower-case, empty where it was not said.

    ``robots`` holds the values of its ``X-Robots-Tag``, one a line.
    """

    data: bytes
    media_type: str
    charset: str | None
    robots: str
    validators: Validators


@dataclass(frozen=True, slots=True)
class Moved:
    """The page is somewhere else."""

    to: Address


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The earlier copy still holds."""


Wanted = Callable[[str, Address], bool]  # by media type and address


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. With ``cut`` what is beyond the caps is left out, and no reason to fail."""

    address: Address
    caps: Caps
    validators: Validators = Validators()
    wanted: Wanted = lambda media_type, address: True
    cut: bool = False


class AskAgain(Exception):
    """There was no answer, or one that may differ later; ``wait`` where the server says when.

    ``away`` where the server seems to be down or overloaded, not only this page of it.
    """

    def __init__(self, reason: str, wait: float | None = None, *, away: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.away = away


async def read_answer(request: Request, answer: httpx.Response) -> Body | Moved | Unchanged:
    """Return what an answer means. Raises AskAgain and NotFetched."""
    status = answer.status_code
    said = f"the server answered {status} {HTTPStatus(status).phrase if status in set(HTTPStatus) else ''}".rstrip()
    if status in {200, 203}:
        return await _body(request, answer)
    await receive(answer.aiter_raw(), _ASIDE, cut=True)
    if status == 304 and request.validators != Validators():
        return Unchanged()
    if answer.has_redirect_location:
        return Moved(request.address.link(answer.headers["Location"]))
    if status in {204, 404, 410}:
        raise NotFetched(said, failed=False)
    if status in {408, 425, 429} or status >= 500:
        away = status in {429, 502, 503, 504}
        raise AskAgain(said, _retry_after(answer.headers.get("Retry-After")), away=away)
    if status in {401, 403}:
        said += "; if it asks for credentials, `credentials` of the source gives them"
    raise NotFetched(said)


async def _body(request: Request, answer: httpx.Response) -> Body:
    media_type, charset = _content_type(answer.headers.get("Content-Type", ""))
    if not request.wanted(media_type, request.address):
        raise NotFetched(f"it is {media_type[:80]}, which is not read", failed=False)
    data = await receive(answer.aiter_raw(), request.caps, cut=request.cut)
    return Body(
        data=unpack(data, answer.headers.get("Content-Encoding", ""), request.caps, cut=request.cut),
        media_type=media_type,
        charset=charset,
        robots="\n".join(answer.headers.get_list("X-Robots-Tag")),
        validators=Validators(_usable(answer.headers.get("ETag")), _usable(answer.headers.get("Last-Modified"))),
    )


def _usable(value: str | None) -> str | None:
    """Return the value of a header that can be sent back, None where it cannot."""
    return value if value and value.isascii() and value.isprintable() and len(value) <= _LONGEST_VALIDATOR else None


def _content_type(header: str) -> tuple[str, str | None]:
    media_type, *parameters = header.split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and (charset := value.strip(" \t\"'")):
            return media_type.strip().lower(), charset
    return media_type.strip().lower(), None


def _retry_after(header: str | None) -> float | None:
    if header is None:
        return None
    if header.isascii() and header.strip().isdigit():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
