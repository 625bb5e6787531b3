"""What can go wrong between a program and the service.

ClientError
├── Unreachable       no answer, or one that broke off or cannot be understood
├── Ambiguous         terms of several collections have the slug: ``choices``
└── ApiError          the service told what is wrong, in a problem document (RFC 9457)
    ├── Invalid       the request is wrong: 400, 413, 422
    ├── Denied        the caller may not do this: 401, 403
    ├── Missing       it is not there: 404
    └── Overloaded    too much is asked, or nothing can be answered now: 429, 503
"""

from __future__ import annotations

import httpx
from pydantic import TypeAdapter, ValidationError

from content.errors import GlossatorError
from service.wire import FieldError, Problem, TermChoices

_PROBLEM = TypeAdapter(Problem)


class ClientError(GlossatorError):
    """Base of all errors that the client raises."""


class Unreachable(ClientError):
    """The service did not answer, not in time, not to the end, or not as a Glossator service does."""


class Ambiguous(ClientError):
    """Terms of several collections have this slug; ask again with the collection of one of the ``choices``."""

    def __init__(self, choices: TermChoices) -> None:
        names = ", ".join(f"{one.name} ({one.collection})" for one in choices.choices)
        super().__init__(f"this can be {names}; name the collection")
        self.choices = choices.choices


class ApiError(ClientError):
    """The service refused or failed. ``request_id`` is what its log knows the request by."""

    def __init__(
        self,
        status: int,
        title: str,
        detail: str,
        request_id: str | None = None,
        errors: tuple[FieldError, ...] = (),
    ) -> None:
        super().__init__(f"{status} {title}: {detail}" + (f" (request {request_id})" if request_id else ""))
        self.status = status
        self.title = title
        self.detail = detail
        self.request_id = request_id
        self.errors = errors


class Invalid(ApiError):
    """The request is wrong; ``errors`` names the fields."""


class Denied(ApiError):
    """The caller may not do this."""


class Missing(ApiError):
    """A page, term, site, collection or conversation that is not there."""


class Overloaded(ApiError):
    """Too much is asked of the service, or it has nothing to answer from yet: try again later."""


_KINDS: dict[int, type[ApiError]] = {
    400: Invalid, 413: Invalid, 422: Invalid, 401: Denied, 403: Denied, 404: Missing, 429: Overloaded, 503: Overloaded,
}  # fmt: skip


def refusal(response: httpx.Response) -> ApiError:
    """Return the error that a response, read to its end, tells of."""
    try:
        told = _PROBLEM.validate_json(response.content)
    except ValidationError:  # not the service's own words but those of something on the way, such as a proxy
        said = response.text[:200] or "without a word"
        told = Problem("about:blank", response.reason_phrase, response.status_code, said)
    return failure(told, response.headers.get("X-Request-ID"))


def failure(told: Problem, request_id: str | None) -> ApiError:
    """Return the error that a problem document tells of."""
    kind = _KINDS.get(told.status, ApiError)
    return kind(told.status, told.title, told.detail, request_id, told.errors)
