"""What both clients do alike: what they send, when they send it again, and what they make of a failure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from glossator.client.call import Call, T
from glossator.client.errors import Unreachable, refusal

DEFAULT_URL = "http://127.0.0.1:8080"
_CONNECT_SECONDS = 5.0
_FIRST_PAUSE = 0.5  # seconds before a request is sent again, then twice as long each time
_LONGEST_PAUSE = 30.0  # a server that asks for more is not waited for
_TRY_AGAIN = (429, 503)
BROKE_OFF = "the answer broke off before its end"


def given(base_url: str, site: str | None, token: str | None, timeout: float) -> dict[str, Any]:
    """Return what a client of httpx is made with; ``timeout`` is in seconds."""
    headers = {"Accept": "application/json"}
    if site is not None:
        headers["X-Glossator-Site"] = site
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return {"base_url": base_url, "headers": headers, "timeout": httpx.Timeout(timeout, connect=_CONNECT_SECONDS)}


def asked(call: Call[T]) -> dict[str, Any]:
    """Return what a call sends; what was not given is left out."""
    sent: dict[str, Any] = {"method": call.method, "url": call.path}
    if call.body is not None:
        sent["json"] = {name: value for name, value in call.body.items() if value is not None}
    else:
        sent["params"] = {name: value for name, value in call.params.items() if value is not None}
    return sent


def checked(response: httpx.Response) -> httpx.Response:
    """Return a response that holds what was asked for. Raises ApiError for any other."""
    if not response.is_success:
        raise refusal(response)
    return response


def pause(response: httpx.Response, attempt: int) -> float | None:
    """Return the seconds after which a request is to be sent again, None where it is not."""
    if response.status_code not in _TRY_AGAIN:
        return None
    wanted = response.headers.get("Retry-After", "")
    seconds = float(wanted) if wanted.isdecimal() else _FIRST_PAUSE * 2**attempt
    return seconds if seconds <= _LONGEST_PAUSE else None


@contextmanager
def unreachable(request: httpx.Request) -> Iterator[None]:
    """Raise Unreachable for what goes wrong on the way."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise Unreachable(f"{request.url} did not answer in time ({type(error).__name__})") from error
    except httpx.RequestError as error:
        raise Unreachable(f"{request.url} cannot be reached: {error}") from error
