"""The one table from errors to HTTP statuses."""

from content.errors import (
    Busy,
    ConfigurationError,
    Forbidden,
    GlossatorError,
    InvalidQuestion,
    ModelError,
    NotFound,
    SnapshotError,
)

_STATUS: tuple[tuple[type[GlossatorError], int], ...] = (
    (NotFound, 404),
    (InvalidQuestion, 422),
    (Forbidden, 403),
    (Busy, 503),
    (SnapshotError, 503),
    (ModelError, 503),
    (ConfigurationError, 500),
)


def status_of(error: GlossatorError) -> int:
    """Return the HTTP status that tells of an error."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
