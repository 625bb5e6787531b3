from __future__ import annotations

import signal
import time

import httpx
import pytest

from service.app import create_app
from service.settings import load_settings
from tests.fakes import HashingEmbedder
from tests.postgres import free_port
from tests.service.api import client
from tests.service.telemetry.serving import serving

pytestmark = pytest.mark.anyio


async def test_all_that_is_wrong_is_told(tmp_path):
    app = create_app(load_settings(data_dir=tmp_path), HashingEmbedder())  # not started: nothing is loaded
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as http:
        reply = await http.get("/readyz")
        assert (await http.get("/healthz")).json() == {"status": "ok"}
    assert reply.status_code == 503
    assert reply.headers["content-type"] == "application/problem+json"
    assert [one["field"] for one in reply.json()["errors"]] == ["model", "snapshot"]
    assert "glossator ingest" in reply.json()["detail"]


async def test_what_is_being_stopped_is_not_ready_but_alive(glossary_dir):
    async with client(glossary_dir) as http:
        assert (await http.get("/readyz")).status_code == 200
        http.app.state.services.draining.set()
        reply = await http.get("/readyz")
        assert reply.status_code == 503
        assert [one["field"] for one in reply.json()["errors"]] == ["service"]
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.post("/v1/search", json={"query": "softmax"})).status_code == 200


async def test_without_its_database_it_is_ready_and_says_what_is_wrong(glossary_dir):
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    async with client(glossary_dir, database_url=url, answer_threshold=0.3) as http:
        ready = await http.get("/readyz")
        told = (await http.get("/metrics")).text
        answered = await http.post("/v1/chat", json={"message": "What is softmax?"})
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert "database" in ready.json()["problem"]
    assert "glossator_store_reachable 0.0" in told
    assert answered.json()["outcome"] == "answered"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_service_that_is_told_to_stop_drains(glossary_dir, workers):
    with serving(glossary_dir, drain_seconds="8", workers=workers) as served:
        assert httpx.get(f"{served.address}/readyz").status_code == 200
        served.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + 60
        while httpx.get(f"{served.address}/readyz", timeout=60).status_code == 200:
            assert time.monotonic() < until, "it goes on as if nothing had been said"
            time.sleep(0.05)
        assert httpx.post(f"{served.address}/v1/chat", json={"message": "What is softmax?"}).status_code == 200
        assert served.process.wait(120) in {0, -signal.SIGTERM}
