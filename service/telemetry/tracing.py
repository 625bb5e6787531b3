"""Tracing: each request and the steps of its way as OpenTelemetry spans, where the settings say where to send them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING

from content.errors import MissingPackage

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer


class Tracing:
    """Makes spans between ``start`` and ``close``; without an endpoint it makes none.

    Spans hold no words of visitors, so errors are told by their status alone. Traces begin here: what callers say of
    traces of their own is not believed. Raises MissingPackage where what an endpoint needs is not installed.
    """

    def __init__(self, endpoint: str | None) -> None:
        if endpoint is not None and not _is_installed():
            raise MissingPackage("otlp_endpoint is set; install what sends traces: pip install 'glossator[otel]'")
        self._endpoint = endpoint
        self._provider: TracerProvider | None = None
        self._tracer: Tracer | None = None

    def start(self) -> None:
        """Begin to send."""
        if self._endpoint is None:
            return
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        resource = Resource.create({SERVICE_NAME: "glossator", SERVICE_VERSION: version("glossator")})
        exporter = OTLPSpanExporter(f"{self._endpoint.rstrip('/')}/v1/traces")
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("glossator")

    def close(self) -> None:
        """Send what is left; waits for the collector as long as the exporter's deadline allows."""
        if self._provider is not None:
            self._provider.shutdown()
            self._provider = self._tracer = None

    @contextmanager
    def request(self, method: str) -> Iterator[Span | None]:
        """Make the span of a request; steps within it become its children."""
        if self._tracer is None:
            yield None
            return
        from opentelemetry.trace import SpanKind

        with self._tracer.start_as_current_span(
            method, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            yield span

    def step(self, name: str) -> AbstractContextManager[object]:
        """Make the span of a step.

        It never becomes the current one: the steps of a reply may begin and end in different tasks.
        """
        if self._tracer is None:
            return nullcontext()
        return self._tracer.start_span(name, record_exception=False, set_status_on_exception=False)


def _is_installed() -> bool:
    try:
        return find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:  # so says find_spec of a package whose parent is missing
        return False


def described(span: Span, method: str, route: str, status: int, request_id: str) -> None:
    """Say of a request's span what is known at its end."""
    from opentelemetry.trace import StatusCode

    span.update_name(f"{method} {route}")
    span.set_attribute("http.request.method", method)
    span.set_attribute("http.route", route)
    span.set_attribute("http.response.status_code", status)
    span.set_attribute("glossator.request_id", request_id)
    if status >= 500:
        span.set_status(StatusCode.ERROR)
