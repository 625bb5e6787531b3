"""Metrics: what is counted and timed, in the form of Prometheus.

Labels are bounded: sites, outcomes, stages, routes and kinds of errors, never an id, an address or a visitor's words.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from service.model import Usage

# prometheus_client looks for it when it is imported: then each process counts in files of that folder.
_SHARED = "PROMETHEUS_MULTIPROC_DIR"
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds
_LONG = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 90)  # seconds; 90 is a model's deadline


class Metrics:
    """The instruments of one application."""

    def __init__(self) -> None:
        disable_created_metrics()  # twice as many series, for a time that nobody asks for
        self._own = own = CollectorRegistry()
        ProcessCollector(registry=own)
        self.requests = Counter("glossator_http_requests", "Requests.", ("method", "route", "status"), registry=own)
        self.request_seconds = Histogram(
            "glossator_http_request_seconds",
            "How long requests took to the end of their response.",
            ("route",),
            registry=own,
            buckets=_LONG,
        )
        self.questions = Counter(
            "glossator_questions", "Questions, by what became of them.", ("site", "outcome"), registry=own
        )
        self.question_seconds = Histogram(
            "glossator_question_seconds",
            "How long questions took to the end of their reply.",
            ("outcome",),
            registry=own,
            buckets=_LONG,
        )
        self.first_text_seconds = Histogram(
            "glossator_first_text_seconds",
            "How long visitors waited for the first words of a reply.",
            registry=own,
            buckets=_LONG,
        )
        self.stage_seconds = Histogram(
            "glossator_stage_seconds",
            "How long the steps of a question's way took, waiting for the model included.",
            ("stage",),
            registry=own,
            buckets=_QUICK,
        )
        self.errors = Counter(
            "glossator_errors", "Requests that were refused or failed, by the kind of error.", ("kind",), registry=own
        )
        self.model_calls = Counter(
            "glossator_model_calls", "Calls of language models.", ("model", "result"), registry=own
        )
        self.model_tokens = Counter(
            "glossator_model_tokens", "Tokens, as vendors count them.", ("model", "direction"), registry=own
        )
        self.model_cost = Counter(
            "glossator_model_cost", "What they cost, by the prices in the settings.", ("model",), registry=own
        )
        self.model_call_seconds = Histogram(
            "glossator_model_call_seconds",
            "How long calls took, retries included.",
            ("model",),
            registry=own,
            buckets=_LONG,
        )
        self.model_first_token_seconds = Histogram(
            "glossator_model_first_token_seconds",
            "How long calls took to their first token.",
            ("model",),
            registry=own,
            buckets=_LONG,
        )
        self.dropped = Counter(
            "glossator_spool_dropped",
            "Conversations that were answered and not kept, as the spool was full.",
            registry=own,
        )
        self._dropped = 0
        self.waiting = Gauge(
            "glossator_waiting",
            "Pieces of work that wait for the model or run, sampled every second.",
            registry=own,
            multiprocess_mode="livesum",
        )
        self.conversations = Gauge(
            "glossator_conversations",
            "Conversations in memory, sampled every second.",
            registry=own,
            multiprocess_mode="livesum",
        )

    def called(self, usage: Usage) -> None:
        """Count a call of a language model."""
        self.model_calls.labels(usage.model, "failed" if usage.failure else "done").inc()
        self.model_tokens.labels(usage.model, "input").inc(usage.input_tokens)
        self.model_tokens.labels(usage.model, "output").inc(usage.output_tokens)
        self.model_cost.labels(usage.model).inc(usage.cost or 0)
        self.model_call_seconds.labels(usage.model).observe(usage.took_ms / 1000)
        if usage.first_token_ms is not None:
            self.model_first_token_seconds.labels(usage.model).observe(usage.first_token_ms / 1000)

    def sample(self, waiting: int, conversations: int, dropped: int) -> None:
        """Take over what this process knows of itself; ``dropped`` is a number since its start."""
        self.waiting.set(waiting)
        self.conversations.set(conversations)
        self.dropped.inc(dropped - self._dropped)
        self._dropped = dropped

    def collected(self) -> CollectorRegistry:
        """Return a registry of what was counted: of several processes of one service, by all of them together."""
        found = CollectorRegistry()
        folder = os.environ.get(_SHARED)
        if folder is None:
            found.register(self._own)
        else:
            _forget_the_dead(Path(folder))
            MultiProcessCollector(found)
        return found


@contextmanager
def shared() -> Iterator[None]:
    """Let the processes that are started within add up what they count."""
    with tempfile.TemporaryDirectory(prefix="glossator-metrics-") as folder:
        os.environ[_SHARED] = folder
        try:
            yield
        finally:
            del os.environ[_SHARED]


def _forget_the_dead(folder: Path) -> None:
    """Take away what processes measured of themselves that have ended; what they counted stays."""
    for pid in {path.stem.rpartition("_")[2] for path in folder.glob("gauge_live*.db")}:
        if not Path("/proc", pid).exists():
            mark_process_dead(pid, str(folder))
