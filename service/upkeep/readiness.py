"""Readiness: what keeps the service from answering questions, in words."""

from __future__ import annotations

from collections.abc import Iterator

from content.errors import NoSnapshot
from service.api.visitor import Services
from service.wire import FieldError


def degraded(services: Services) -> Iterator[str]:
    """Yield what is wrong while questions are answered all the same: it is no reason to send visitors elsewhere."""
    if services.library.problem is not None:
        yield services.library.problem
    if not services.store.reachable:
        yield "the database cannot be reached or is locked; what is to be kept waits in the spool"


def complaints(services: Services) -> Iterator[FieldError]:
    """Yield what is wrong, each with the name of the part at fault; nothing where questions are answered."""
    if services.draining.is_set():
        yield FieldError("service", "the service is being stopped; send what is new elsewhere")
    if not services.assistant.loaded:
        yield FieldError("model", "the embedding model is not loaded")
    try:
        _ = services.library.current
    except NoSnapshot as error:
        yield FieldError("snapshot", str(error))
