"""Two replicas as processes: one publish, one PostgreSQL, one Redis, one secret."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import httpx
import pytest

from content.archive import Archive
from content.depot import Depot
from content.replica import roll_back
from tests import postgres, redis
from tests.e2e.conftest import PATIENCE, glossator
from tests.e2e.service import Service
from tests.fakes import GLOSSARY, ingest_folder, write_pages


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a snapshot store in which the glossary is published."""
    folder = tmp_path_factory.mktemp("replicas")
    (folder / "depot").mkdir()
    publish(folder, "first")
    return folder


@pytest.fixture(scope="module")
def settings(place, postgres_url):
    members = {"id": "members", "access": {"require_session": True}}
    site = json.dumps([{"id": "default", "handoff": {"enabled": True}}, members])
    return {
        "database_url": postgres_url, "secret": "s" * 32, "site": site, "snapshot_poll": "0.2",
        "snapshot_store": f"file://{place}/depot", "answer_threshold": "0.3",
    }  # fmt: skip


@pytest.fixture(scope="module")
def postgres_url():
    if postgres.binaries() is None:
        pytest.skip("there is no PostgreSQL on this machine")
    # Not below pytest's own folder, which the server's user may not enter.
    with tempfile.TemporaryDirectory(prefix="glossator-postgres-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with postgres.running(Path(folder) / "data") as server:
            yield server.url


@pytest.fixture(scope="module")
def replicas(place, settings):
    """Clients of two replicas."""
    services = [Service(place / name, **settings) for name in ("one", "two")]
    for service in services:
        service.start()
    clients = [httpx.Client(base_url=service.address(), timeout=PATIENCE) for service in services]
    yield clients
    for client, service in zip(clients, services, strict=True):
        client.close()
        service.end()


def publish(folder: Path, edition: str) -> str:
    pages = write_pages(folder / "pages", GLOSSARY | {"edition.md": f"# Edition\n\nThis is the {edition} edition.\n"})
    return ingest_folder(folder / "publisher", pages, depot=Depot(f"file://{folder}/depot")).snapshot_id


def eventually(holds) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "it never came round"
        time.sleep(0.1)


def answers_from(snapshot_id: str):
    return lambda http: http.get("/readyz").json()["snapshot_id"] == snapshot_id


@pytest.fixture(scope="module")
def owner(place, settings):
    made = glossator(place / "one", "keys", "create", "--role", "owner", "--json", **settings)
    assert made.returncode == 0, made.stderr
    return {"Authorization": f"Bearer {httpx.Response(200, text=made.stdout).json()['key']}"}


def test_both_follow_a_publish_and_a_rollback(place, replicas):
    first = Depot(f"file://{place}/depot").current_id()
    eventually(lambda: all(map(answers_from(first), replicas)))
    second = publish(place, "second")
    for http in replicas:
        eventually(lambda http=http: answers_from(second)(http))
        found = http.post("/v1/search", json={"query": "Which edition is it?"}).json()
        assert "second edition" in found["results"][0]["text"]
    archive = Archive(place / "publisher")
    with archive.lock():
        roll_back(Depot(f"file://{place}/depot"), archive)
    for http in replicas:
        eventually(lambda http=http: answers_from(first)(http))


def test_a_visitor_goes_on_at_the_other(replicas):
    one, two = replicas
    token = one.post("/v1/sessions", json={"site_id": "members"}).json()["token"]
    site = {"X-Glossator-Site": "members"}
    visitor = site | {"Authorization": f"Bearer {token}"}
    begun = one.post("/v1/chat", json={"message": "What is softmax?"}, headers=visitor).json()
    known = {"conversation_id": begun["conversation_id"]}
    path = f"/v1/conversations/{begun['conversation_id']}"
    eventually(lambda: two.get(path, headers=visitor).is_success)
    reply = two.post("/v1/chat", json={"message": "What does it divide?", **known}, headers=visitor)
    assert reply.json()["conversation_id"] == begun["conversation_id"]
    eventually(lambda: len(one.get(path, headers=visitor).json()["messages"]) >= 2)
    assert two.get(path, headers=site).status_code == 401


def test_a_person_who_takes_over_at_one_has_taken_over_at_the_other(replicas, owner):
    one, two = replicas
    conversation = {
        "conversation_id": one.post("/v1/chat", json={"message": "What is softmax?"}).json()["conversation_id"]
    }
    assert one.post("/v1/handoffs", json=conversation).is_success
    eventually(lambda: two.get("/v1/admin/handoffs?status=waiting", headers=owner).json()["items"])
    [waiting] = two.get("/v1/admin/handoffs?status=waiting", headers=owner).json()["items"]
    assert two.post(f"/v1/admin/handoffs/{waiting['id']}/take", headers=owner).is_success

    def handed_off():
        return one.post("/v1/chat", json={"message": "Hello?", **conversation}).json()["outcome"] == "handed_off"

    eventually(handed_off)


def test_what_the_owner_changes_at_one_holds_at_the_other(replicas, owner):
    one, two = replicas
    pinned = {"question": "When does the bakery open?", "answer": "At seven."}
    assert one.post("/v1/admin/answers", json=pinned, headers=owner).is_success
    eventually(lambda: two.post("/v1/chat", json={"message": pinned["question"]}).json()["answer"] == "At seven.")
    sites = one.get("/v1/admin/sites", headers=owner).json()["items"]
    [site] = [site for site in sites if site["id"] == "default"]
    changed = {name: value for name, value in site["settings"].items() if name != "id"} | {"title": "Ask both"}
    reply = one.put(f"/v1/admin/sites/{site['id']}", json=changed, headers=owner)
    assert reply.is_success, reply.text
    eventually(lambda: two.get("/v1/site/default").json()["title"] == "Ask both")


def test_limits_are_counted_across_replicas_and_nobody_waits_for_a_redis_that_is_gone(place, settings, tmp_path):
    if not redis.is_installed():
        pytest.skip("there is no Redis on this machine")
    site = '[{"id": "default", "access": {"visitor_per_minute": 4}}]'
    with redis.running(tmp_path) as counts:
        limited = settings | {"redis_url": counts.url, "site": site, "database_url": ""}
        services = [Service(tmp_path / name, **limited) for name in ("three", "four")]
        for service in services:
            service.start()
        try:
            with httpx.Client(timeout=PATIENCE) as http:

                def ask(service):
                    return http.post(f"{service.address()}/v1/search", json={"query": "softmax"}).status_code

                assert [ask(services[number % 2]) for number in range(5)] == [200, 200, 200, 200, 429]
                counts.stop()
                assert [ask(service) for service in services] == [200, 200]
        finally:
            for service in services:
                service.end()
