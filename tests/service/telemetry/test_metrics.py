from __future__ import annotations

import asyncio
import json
import re
import signal
from collections import Counter

import httpx
import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from service.model import Started
from service.telemetry.metrics import Metrics, shared
from service.telemetry.question import counted
from tests.documents import DOCS
from tests.fakes import GLOSSARY, HashingEmbedder, ingest_folder, write_pages
from tests.service.api import client
from tests.service.generation.test_grounded import QUESTION as QUESTION_OF_MODEL
from tests.service.generation.test_grounded import TRUE, asked_of
from tests.service.telemetry.asked import MARKER, THRESHOLDS, BrokenEmbedder, ask_everything
from tests.service.telemetry.serving import serving
from tests.service.test_leaving import GatedEmbedder, until
from tests.vendors import Vendor

pytestmark = pytest.mark.anyio

QUESTION = {"message": "What is softmax?"}


@pytest.fixture
async def http(glossary_dir):
    async with client(glossary_dir, **THRESHOLDS) as http:
        yield http


def values(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return the samples by name and labels."""
    families = text_string_to_metric_families(text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def value(text: str, name: str, **labels: str) -> float | None:
    return values(text).get((name, frozenset(labels.items())))


async def test_pages_and_files_are_counted_under_their_route(http):
    for path in ("/widget.js", "/s/some-token", "/assets/missing.js"):
        await http.get(path)
    told = (await http.get("/metrics")).text
    for route, status in (("/widget.js", "200"), ("/s/{token}", "200"), ("/assets", "404")):
        assert value(told, "glossator_http_requests_total", method="GET", route=route, status=status) == 1


async def test_what_was_asked_is_counted(http, glossary):
    outcomes = Counter(await ask_everything(http))
    assert {"answered", "refused", "conversation"} <= outcomes.keys()
    reply = await http.get("/metrics")
    assert reply.headers["content-type"].startswith("text/plain")
    told = reply.text
    for outcome, number in outcomes.items():
        assert value(told, "glossator_questions_total", site="default", outcome=outcome) == number
        assert value(told, "glossator_question_seconds_count", outcome=outcome) == number
    # One has no word in it. The others that went astray did so before there was a question.
    assert value(told, "glossator_questions_total", site="default", outcome="refused_request") == 1
    assert value(told, "glossator_questions_total", site="default", outcome="left") is None
    assert value(told, "glossator_first_text_seconds_count") == outcomes.total()
    searched = outcomes.total() - outcomes["conversation"] + 1  # and one that was a search alone
    assert value(told, "glossator_stage_seconds_count", stage="search") == searched
    assert value(told, "glossator_stage_seconds_count", stage="answer") == outcomes["answered"] + outcomes["closest"]
    chat = {"method": "POST", "route": "/v1/chat"}
    assert value(told, "glossator_http_requests_total", **chat, status="200") == 4
    assert value(told, "glossator_http_requests_total", method="GET", route="/v1/terms/{slug}", status="404") == 1
    assert value(told, "glossator_http_requests_total", method="GET", route="none", status="404") == 1
    assert value(told, "glossator_errors_total", kind="NotFound") >= 2
    assert value(told, "glossator_snapshot_info", snapshot_id=glossary.snapshot_id) == 1
    assert value(told, "glossator_snapshot_items", kind="page") == len(GLOSSARY)
    assert value(told, "glossator_snapshot_created_timestamp_seconds") > 1.7e9
    assert value(told, "glossator_conversations") == 5
    assert value(told, "glossator_store_reachable") == 1
    assert value(told, "glossator_spool_dropped_total") == 0


async def test_no_words_of_visitors_are_in_it(http):
    await ask_everything(http)
    assert MARKER not in (await http.get("/metrics")).text
    openmetrics = await http.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert openmetrics.headers["content-type"].startswith("application/openmetrics-text")
    assert MARKER not in openmetrics.text


async def test_labels_are_bounded(http):
    for number in range(30):
        await http.get(f"/v1/terms/term-{number}")
        await http.get(f"/nowhere/{number}")
        await http.request(f"M{number}", "/v1/chat")
        await http.post("/v1/chat", json=QUESTION, headers={"X-Glossator-Site": f"site-{number}"})
    series = [name for name, _ in values((await http.get("/metrics")).text) if name == "glossator_http_requests_total"]
    assert len(series) == 4


async def test_waiting_and_rejected(glossary_dir):
    embedder = GatedEmbedder()
    async with client(glossary_dir, embedder, max_waiting=1, **THRESHOLDS) as http:
        first = asyncio.create_task(http.post("/v1/chat", json=QUESTION))
        await until(lambda: http.app.state.services.worker.waiting == 1)
        assert (await http.post("/v1/chat", json=QUESTION)).status_code == 503
        told = (await http.get("/metrics")).text
        embedder.gate.set()
        assert (await first).status_code == 200
    assert value(told, "glossator_waiting") == 1
    assert value(told, "glossator_questions_total", site="default", outcome="busy") == 1
    assert value(told, "glossator_errors_total", kind="Busy") == 1


async def test_who_leaves_is_counted():
    async def reply():
        yield Started("c", "m")
        await asyncio.sleep(60)

    metrics = Metrics()
    asked = counted(reply(), "shop", metrics)
    await anext(asked)
    await asked.aclose()
    told = generate_latest(metrics.collected()).decode()
    assert value(told, "glossator_questions_total", site="shop", outcome="left") == 1


async def test_calls_of_language_models_are_counted(glossary_dir, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "not-a-real-key")
    async with asked_of(glossary_dir, Vendor("openai", TRUE), **THRESHOLDS) as http:
        assert (await http.post("/v1/chat", json={"message": QUESTION_OF_MODEL})).json()["model"] == "openai:model-0"
        told = (await http.get("/metrics")).text
    assert value(told, "glossator_model_calls_total", model="openai:model-0", result="done") == 1
    assert value(told, "glossator_model_call_seconds_count", model="openai:model-0") == 1
    assert value(told, "glossator_model_first_token_seconds_count", model="openai:model-0") == 1
    assert value(told, "glossator_model_tokens_total", model="openai:model-0", direction="output") > 0


async def test_faults_are_counted(glossary_dir):
    async with client(glossary_dir, BrokenEmbedder()) as http:
        assert (await http.post("/v1/chat", json=QUESTION)).status_code == 500
        told = (await http.get("/metrics")).text
    assert value(told, "glossator_questions_total", site="default", outcome="failed") == 1
    assert value(told, "glossator_http_requests_total", method="POST", route="/v1/chat", status="500") == 1


async def test_before_the_first_ingest_there_is_no_snapshot_to_tell_of(tmp_path):
    async with client(tmp_path) as http:
        told = (await http.get("/metrics")).text
    assert "glossator_snapshot_info{" not in told
    assert value(told, "glossator_snapshot_refused") == 0


async def test_a_snapshot_that_cannot_be_used_shows(tmp_path):
    pages = write_pages(tmp_path / "pages", GLOSSARY)
    ingest_folder(tmp_path / "var", pages)
    async with client(tmp_path / "var") as http:
        ingest_folder(tmp_path / "var", pages, embedder=HashingEmbedder(32, name="other"))
        await asyncio.to_thread(http.app.state.services.library.refresh)
        assert value((await http.get("/metrics")).text, "glossator_snapshot_refused") == 1


async def test_the_last_ingest_of_a_schedule(tmp_path):
    pages = write_pages(tmp_path / "pages", GLOSSARY)
    ingest_folder(tmp_path / "var", pages)
    ran = (
        '[{"location": "here", "collection": "docs", "started": 1.7e9, "status": 1, "seconds": 2.5, "said": []},'
        ' {"location": "gone", "collection": "docs", "started": 1.7e9, "status": 0, "seconds": 2.5, "said": []}]'
    )
    (tmp_path / "var" / "schedule.json").write_text(ran)
    source = {"location": "here", "collection": "docs", "schedule": "900000d"}
    async with client(tmp_path / "var", source=[source]) as http:
        told = (await http.get("/metrics")).text
    labels = {"source": "here", "collection": "docs"}
    assert value(told, "glossator_ingest_exit_status", **labels) == 1
    assert value(told, "glossator_ingest_seconds", **labels) == 2.5
    assert value(told, "glossator_ingest_started_timestamp_seconds", **labels) == 1.7e9
    assert "gone" not in told


@pytest.mark.parametrize(
    ("settings", "address", "headers", "status"),
    [
        ({}, "127.0.0.1", {}, 200),
        ({}, "::1", {}, 200),
        ({}, "192.0.2.7", {}, 403),
        ({"host": "0.0.0.0"}, "192.0.2.7", {}, 403),
        ({}, "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 403),
        ({}, "127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 403),
        ({"public_url": "https://ask.example"}, "127.0.0.1", {}, 403),
        ({"metrics_token": "long-enough"}, "127.0.0.1", {}, 403),
        ({"metrics_token": "long-enough"}, "192.0.2.7", {"Authorization": "Bearer long-enough"}, 200),
        ({"metrics_token": "long-enough"}, "192.0.2.7", {"Authorization": "Bearer long-enougx"}, 403),
        ({"metrics_token": "long-enough"}, "192.0.2.7", {"Authorization": "Basic long-enough"}, 403),
    ],
)
async def test_who_may_read_them(glossary_dir, settings, address, headers, status):
    async with client(glossary_dir, **settings) as http:
        transport = httpx.ASGITransport(http.app, client=(address, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as other:
            reply = await other.get("/metrics", headers=headers)
    assert reply.status_code == status
    if status == 403:
        assert "glossator_" not in reply.text
        assert "GLOSSATOR_METRICS_TOKEN" in reply.json()["detail"]


async def test_every_metric_is_documented(http):
    await ask_everything(http)
    told = (await http.get("/metrics")).text
    exported = dict(re.findall(r"^# TYPE (glossator_\w+) (\w+)$", told, re.MULTILINE))
    written = (DOCS / "observability.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(glossator_\w+)` \| (\w+) \|([^|]*)\|", written, re.MULTILINE)
    assert {name: kind for name, kind, _ in rows} == exported
    labels = {name: set(re.findall(r"`(\w+)`", given)) for name, _, given in rows}
    for name, found in values(told):
        family = re.sub(r"_(bucket|count|sum)$", "", name)
        if family in labels:
            assert {label for label, _ in found} - {"le"} == labels[family], name


def test_workers_of_one_service_add_up(glossary_dir):
    with serving(glossary_dir, workers="2", log_format="json") as served:
        for _ in range(8):
            assert httpx.post(f"{served.address}/v1/chat", json=QUESTION).status_code == 200
        told = [httpx.get(f"{served.address}/metrics").text for _ in range(8)]  # a new connection each, to either
    found = {value(one, "glossator_questions_total", site="default", outcome="answered") for one in told}
    assert found == {8}
    assert all(json.loads(line) for line in served.logged.splitlines())


def test_processes_of_one_service_add_up(glossary_dir):
    with shared(), serving(glossary_dir) as first, serving(glossary_dir) as second:
        for served in (first, second, second):
            assert httpx.post(f"{served.address}/v1/chat", json=QUESTION).status_code == 200
        told = [httpx.get(f"{served.address}/metrics").text for served in (first, second)]
        for one in told:
            assert value(one, "glossator_questions_total", site="default", outcome="answered") == 3
            assert value(one, "glossator_question_seconds_count", outcome="answered") == 3
        second.process.send_signal(signal.SIGKILL)
        second.process.wait(10)
        after = httpx.get(f"{first.address}/metrics").text
        assert value(after, "glossator_questions_total", site="default", outcome="answered") == 3
        assert value(after, "glossator_conversations") == 1  # the killed process has none any more
