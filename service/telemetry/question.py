"""A question from outside: what became of it and how long it took, seen from the events of its reply."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from content.errors import Busy, GlossatorError
from service.model import Delta, Done, Event
from service.telemetry.metrics import Metrics

_LEFT = "left"  # the visitor went away before the end


async def counted(events: AsyncGenerator[Event], site_id: str, metrics: Metrics) -> AsyncGenerator[Event]:
    """Yield the events of a reply, and count how it ended."""
    started = time.perf_counter()
    outcome, silent = _LEFT, True
    try:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Delta) and silent:
                    silent = False
                    metrics.first_text_seconds.observe(time.perf_counter() - started)
                elif isinstance(event, Done):
                    outcome = event.answer.outcome
                    for usage in event.usage:
                        metrics.called(usage)
                yield event
    except GlossatorError as error:
        outcome = "busy" if isinstance(error, Busy) else "refused_request"
        raise
    except Exception:
        outcome = "failed"
        raise
    finally:
        metrics.questions.labels(site_id, outcome).inc()
        metrics.question_seconds.labels(outcome).observe(time.perf_counter() - started)
