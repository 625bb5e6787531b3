from __future__ import annotations

import http.server
import subprocess
import sys
import threading

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.service.api import client
from tests.service.telemetry.asked import MARKER, THRESHOLDS, ask_everything

pytestmark = pytest.mark.anyio


@pytest.fixture
def collector():
    """A collector on this machine; gives its address and what it was sent."""
    received: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", received
        server.shutdown()
        thread.join()


async def test_the_steps_of_a_question_are_children_of_its_request(glossary_dir, collector):
    address, received = collector
    async with client(glossary_dir, otlp_endpoint=address, **THRESHOLDS) as http:
        body = {"message": "What is softmax?", "stream": True}
        reply = await http.post("/v1/chat", json=body, headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
    spans = _spans(received)
    (request,) = [span for span in spans if span.name == "POST /v1/chat"]
    attributes = {one.key: one.value.string_value or one.value.int_value for one in request.attributes}
    assert attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/chat",
        "http.response.status_code": 200,
        "glossator.request_id": reply.headers["x-request-id"],
    }
    assert request.parent_span_id == b""  # what a visitor says of a trace is not believed
    steps = [span for span in spans if span.parent_span_id == request.span_id]
    assert [span.name for span in steps] == ["search", "clarify", "answer", "related"]
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in spans)


async def test_no_words_of_visitors_are_in_traces(glossary_dir, collector):
    address, received = collector
    async with client(glossary_dir, otlp_endpoint=address, **THRESHOLDS) as http:
        await ask_everything(http)
    assert len(_spans(received)) > 20
    assert MARKER.encode() not in b"".join(received)


def test_a_missing_package_is_named_with_its_install_line():
    code = (
        "import sys\n"
        "sys.modules['opentelemetry.exporter'] = None\n"
        "from content.errors import MissingPackage\n"
        "from service.telemetry.tracing import Tracing\n"
        "Tracing(None)\n"
        "try:\n    Tracing('http://127.0.0.1:1')\n"
        "except MissingPackage as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "otlp_endpoint" in done.stdout
    assert "pip install 'glossator[otel]'" in done.stdout


def _spans(received):
    return [
        span
        for body in received
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
