"""Stages: the steps of a question's way, each timed and made a span by one ``with``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from service.telemetry.tracing import Tracing

if TYPE_CHECKING:
    from service.telemetry.metrics import Metrics  # the command line asks questions without it

Stage = Callable[[str], AbstractContextManager[None]]


class Stages:
    """Times what is done within ``with stage("search"):``."""

    def __init__(self, metrics: Metrics, tracing: Tracing) -> None:
        self._metrics = metrics
        self._tracing = tracing

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Time a step, however it ends."""
        with self._tracing.step(name), self._metrics.stage_seconds.labels(name).time():
            yield


def untimed(name: str) -> AbstractContextManager[None]:
    """Time nothing, for questions outside of the service."""
    return nullcontext()
