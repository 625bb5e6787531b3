from __future__ import annotations

import json
import logging
import re

import httpx
import pytest

from tests.service.api import client
from tests.service.telemetry.asked import MARKER, BrokenEmbedder, ask_everything
from tests.service.telemetry.serving import serving

pytestmark = pytest.mark.anyio


async def test_lines_as_json(glossary_dir):
    with serving(glossary_dir, log_format="json", answer_threshold="0.25", closest_threshold="0.1") as served:
        async with httpx.AsyncClient(base_url=served.address) as http:
            await ask_everything(http)
            await http.post("/v1/search", json={"query": "softmax"}, headers={"X-Request-ID": "mine-7"})
            assert (await http.get("/healthz")).status_code == 200
    lines = [json.loads(line) for line in served.logged.splitlines()]
    assert all({"time", "level", "logger", "request_id", "message"} <= line.keys() for line in lines)
    requests = [line for line in lines if line["logger"] == "glossator.access"]
    mine = [line for line in requests if line["request_id"] == "mine-7"]
    assert [(one["method"], one["route"], one["status"]) for one in mine] == [("POST", "/v1/search", 200)]
    assert mine[0]["ms"] > 0
    assert not any(line["route"] == "/healthz" for line in requests)
    assert {line["route"] for line in requests if line["status"] == 404} >= {"none", "/v1/terms/{slug}"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*\+00:00", line["time"]) for line in lines)
    assert MARKER not in served.logged


async def test_lines_as_text(glossary_dir):
    with serving(glossary_dir, answer_threshold="0.25", closest_threshold="0.1") as served:
        async with httpx.AsyncClient(base_url=served.address) as http:
            await ask_everything(http)
            await http.get("/v1/terms", headers={"X-Request-ID": "mine-8"})
    line = next(line for line in served.logged.splitlines() if "[mine-8]" in line)
    assert re.search(r" INFO glossator\.access \[mine-8\] GET /v1/terms 200 [\d.]+ ms$", line)
    assert MARKER not in served.logged


async def test_a_fault_is_logged_under_the_id_that_its_visitor_was_told(glossary_dir, caplog):
    async with client(glossary_dir, BrokenEmbedder()) as http:
        reply = await http.post("/v1/search", json={"query": "softmax"})
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.request_id == reply.headers["x-request-id"]
