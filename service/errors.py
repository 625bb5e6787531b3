"""The one table from errors to HTTP statuses."""

from content.errors import (
    Busy,
    ConfigurationError,
    Conflict,
    Forbidden,
    GlossatorError,
    InvalidQuestion,
    ModelError,
    NotFound,
    SignInNeeded,
    SnapshotError,
    TooMany,
)

_STATUS: tuple[tuple[type[GlossatorError], int], ...] = (
    (NotFound, 404),
    (InvalidQuestion, 422),
    (SignInNeeded, 401),
    (Forbidden, 403),
    (Conflict, 409),
    (TooMany, 429),
    (Busy, 503),
    (SnapshotError, 503),
    (ModelError, 503),
    (ConfigurationError, 500),
)


def status_of(error: GlossatorError) -> int:
    """Return the HTTP status that tells of an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
