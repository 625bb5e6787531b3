"""The HTTP interface, as the contract describes it."""

from __future__ import annotations

import asyncio

import pytest

from tests.fakes import GLOSSARY, ingest_folder, open_snapshot, write_pages
from tests.service.api import client, events

pytestmark = pytest.mark.anyio


async def test_search(http, glossary):
    reply = await http.post("/v1/search", json={"query": "Who introduced attention?", "limit": 2})
    assert reply.status_code == 200
    body = reply.json()
    assert body.keys() == {"query", "results", "took_ms"}
    assert len(body["results"]) == 2
    best = body["results"][0]
    assert best.keys() == {
        "passage_id", "page_id", "collection", "title", "url", "link", "heading", "text", "start", "end", "score", "highlights",
    }  # fmt: skip
    page = glossary.catalog.page(best["collection"], best["page_id"])
    assert page.text[best["start"] : best["end"]] == best["text"]
    shown = {best["text"][mark["start"] : mark["end"]].lower() for mark in best["highlights"]}
    assert shown == {"introduced", "attention"}
    assert best["url"] is None
    assert best["link"] is None
    assert 0 <= body["results"][1]["score"] <= best["score"] <= 1


async def test_chat(http, glossary):
    body = (await http.post("/v1/chat", json={"message": "What is softmax?"})).json()
    assert body.keys() == {
        "conversation_id", "message_id", "outcome", "answered", "answer", "refusal_reason", "citations", "unsupported",
        "sources", "related_terms", "suggestions", "model", "took_ms",
    }  # fmt: skip
    assert (body["outcome"], body["answered"], body["model"]) == ("answered", True, "extractive")
    assert "Softmax is a function that turns a list of numbers into probabilities" in body["answer"]
    assert "[1]" in body["answer"]
    cited = body["citations"][0]
    page = glossary.catalog.page(cited["collection"], cited["page_id"])
    assert page.text[cited["start"] : cited["end"]] == cited["quote"]
    assert cited["quote"] in body["answer"]
    assert cited["support"] == 1
    assert body["sources"]


async def test_refusal(http):
    body = (await http.post("/v1/chat", json={"message": "When does the bakery open on Sundays?"})).json()
    assert (body["outcome"], body["answered"], body["citations"]) == ("refused", False, [])
    assert "bakery" in body["refusal_reason"]
    assert body["answer"]
    assert body["related_terms"]


async def test_closest(glossary_dir):
    async with client(glossary_dir, answer_threshold=1.0, closest_threshold=0.1) as http:
        body = (await http.post("/v1/chat", json={"message": "What is softmax?"})).json()
    assert (body["outcome"], body["answered"]) == ("closest", False)
    assert body["answer"].startswith("I am not sure")
    assert body["citations"]


async def test_courtesies_need_no_search(http):
    body = (await http.post("/v1/chat", json={"message": "I want to talk to a person"})).json()
    assert (body["outcome"], body["answered"], body["sources"]) == ("conversation", False, [])


async def test_a_stream_has_its_events_in_order(http):
    reply = await http.post("/v1/chat", json={"message": "Which steps does a transformer layer have?", "stream": True})
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.headers["cache-control"] == "no-cache"
    assert reply.headers["x-accel-buffering"] == "no"
    found = events(reply.text)
    names = [name for name, _ in found]
    assert names[:2] == ["start", "sources"]
    assert names[-1] == "done"
    assert set(names[2:-1]) == {"delta", "citation"}
    done = found[-1][1]
    assert "".join(data["text"] for name, data in found if name == "delta") == done["answer"]
    assert [data for name, data in found if name == "citation"] == done["citations"]
    assert found[0][1] == {"conversation_id": done["conversation_id"], "message_id": done["message_id"]}
    assert found[1][1]["sources"] == done["sources"]
    assert "1. Self-attention mixes the tokens.\n2. A feed-forward" in done["answer"]


async def test_accept_asks_for_a_stream_too(http):
    reply = await http.post("/v1/chat", json={"message": "hi"}, headers={"Accept": "text/event-stream"})
    assert [name for name, _ in events(reply.text)] == ["start", "sources", "delta", "done"]


async def test_what_fails_before_the_stream_is_an_ordinary_error(http):
    for body in ({"message": "!?"}, {"message": "x", "collection": "nowhere"}):
        reply = await http.post("/v1/chat", json=body | {"stream": True})
        assert reply.status_code in {404, 422}
        assert reply.headers["content-type"] == "application/problem+json"


async def test_a_conversation_goes_on(http):
    first = (await http.post("/v1/chat", json={"message": "What is attention?"})).json()
    body = {"message": "Who introduced it?", "conversation_id": first["conversation_id"]}
    second = (await http.post("/v1/chat", json=body)).json()
    assert second["conversation_id"] == first["conversation_id"]
    assert "Bahdanau" in second["answer"]
    assert second["message_id"] != first["message_id"]


async def test_a_client_may_keep_the_history_itself(http):
    history = [
        {"role": "user", "content": "What is attention?"},
        {"role": "assistant", "content": "A mechanism."},
    ]
    body = (await http.post("/v1/chat", json={"message": "Who introduced it?", "history": history})).json()
    assert "Bahdanau" in body["answer"]


async def test_history_and_conversation_exclude_each_other(http):
    reply = await http.post("/v1/chat", json={"message": "x", "history": [], "conversation_id": "abc"})
    assert reply.status_code == 422


async def test_unknown_conversations_are_not_found(http):
    reply = await http.post("/v1/chat", json={"message": "x", "conversation_id": "abc"})
    assert reply.status_code == 404


BAD = [
    ("/v1/chat", {"message": ""}, 422, "empty"),
    ("/v1/chat", {"message": " \n "}, 422, "empty"),
    ("/v1/chat", {"message": "x" * 100_000}, 422, "100,000 characters"),
    ("/v1/chat", {"message": "a\x00b"}, 422, "U+0000"),
    ("/v1/chat", {}, 422, "message"),
    ("/v1/chat", {"message": 5}, 422, "message"),
    ("/v1/chat", {"message": "x", "history": [{"role": "system", "content": "x"}]}, 422, "role"),
    ("/v1/chat", {"message": "x", "colection": "y"}, 422, "colection"),
    ("/v1/chat", {"message": "x", "collection": "nowhere"}, 404, "'nowhere'"),
    ("/v1/search", {"query": "x", "limit": 0}, 422, "limit"),
    ("/v1/search", {"query": "x", "limit": 51}, 422, "limit"),
    ("/v1/search", {"query": "…!"}, 422, "no word"),
    ("/v1/search", {"query": "x", "collection": "nowhere"}, 404, "'nowhere'"),
    ("/v1/search", [], 422, "body"),
]


@pytest.mark.parametrize(("path", "body", "status", "named"), BAD, ids=range(len(BAD)))
async def test_bad_input_is_refused_with_its_reason(http, path, body, status, named):
    reply = await http.post(path, json=body)
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    problem = reply.json()
    assert problem["status"] == status
    assert named in problem["detail"]
    assert {"type", "title"} <= problem.keys()


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", b'{"query": "\\ud800"}', b"null"])
async def test_malformed_json(http, content):
    reply = await http.post("/v1/search", content=content, headers={"Content-Type": "application/json"})
    assert reply.status_code in {400, 422}
    assert reply.headers["content-type"] == "application/problem+json"


async def test_a_body_that_is_too_large(http):
    reply = await http.post("/v1/chat", json={"message": "x" * 2_000_000})
    assert reply.status_code == 413
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["status"] == 413


async def test_unknown_paths_and_methods(http):
    for reply in (
        await http.get("/v1/nothing"),
        await http.get("/v1/search"),
        await http.get("/assets/../app.py"),
    ):
        assert reply.status_code in {404, 405}
    assert (await http.get("/v1/search")).headers["content-type"] == "application/problem+json"


async def test_every_response_carries_a_request_id(http):
    ids = set()
    for reply in (
        await http.get("/healthz"), await http.get("/nothing"), await http.post("/v1/search", content=b"{"),
        await http.get("/"), await http.get("/healthz", headers={"Host": "evil.example"}),
    ):  # fmt: skip
        ids.add(reply.headers["x-request-id"])
    assert len(ids) == 5
    assert (await http.get("/healthz", headers={"X-Request-ID": "mine-1"})).headers["x-request-id"] == "mine-1"
    assert (await http.get("/healthz", headers={"X-Request-ID": "a b\n"})).headers["x-request-id"] != "a b\n"


async def test_a_fault_is_told_without_its_details(glossary_dir):
    from tests.fakes import HashingEmbedder

    class Broken(HashingEmbedder):
        def encode_questions(self, texts):
            if texts != ["ready"]:
                raise RuntimeError("secret detail")
            return super().encode_questions(texts)

    async with client(glossary_dir, Broken()) as http:
        reply = await http.post("/v1/search", json={"query": "attention"})
    assert reply.status_code == 500
    assert "secret" not in reply.text
    assert reply.headers["x-request-id"] in reply.json()["detail"]


async def test_too_many_waiting_questions_are_sent_away(glossary_dir):
    import threading

    from tests.fakes import HashingEmbedder

    gate = threading.Event()

    class Slow(HashingEmbedder):
        def encode_questions(self, texts):
            if texts != ["ready"]:
                gate.wait(60)
            return super().encode_questions(texts)

    async with client(glossary_dir, Slow(), max_waiting=2) as http:
        asked = [asyncio.create_task(http.post("/v1/search", json={"query": "attention"})) for _ in range(2)]
        async with asyncio.timeout(30):
            while http.app.state.services.worker.waiting < 2:  # noqa: ASYNC110 (it tells of no such moment)
                await asyncio.sleep(0.01)
        reply = await http.post("/v1/search", json={"query": "attention"})
        gate.set()
        assert reply.status_code == 503
        assert reply.headers["retry-after"] == "1"
        assert {one.status_code for one in await asyncio.gather(*asked)} == {200}


async def test_terms(http):
    body = (await http.get("/v1/terms")).json()
    assert [item["name"] for item in body["items"]] == [
        "Attention Mechanism",
        "Lead Capture",
        "Softmax",
        "Transformer",
    ]
    assert body["items"][0].keys() == {"slug", "name", "aliases", "definition", "url", "collection"}
    assert body["next"] is None
    assert [item["slug"] for item in (await http.get("/v1/terms?query=atten")).json()["items"]] == [
        "attention-mechanism"
    ]


async def test_terms_come_in_parts(http):
    names, cursor = [], None
    while True:
        parameters = {"limit": 3} | ({"cursor": cursor} if cursor else {})
        body = (await http.get("/v1/terms", params=parameters)).json()
        names += [item["name"] for item in body["items"]]
        cursor = body["next"]
        if cursor is None:
            break
    assert len(names) == len(set(names)) == 4
    assert (await http.get("/v1/terms?cursor=junk")).status_code == 422


async def test_terms_have_an_etag(http):
    tag = (await http.get("/v1/terms")).headers["etag"]
    reply = await http.get("/v1/terms", headers={"If-None-Match": tag})
    assert (reply.status_code, reply.content) == (304, b"")


async def test_a_term(http):
    body = (await http.get("/v1/terms/attention-mechanism")).json()
    assert body["name"] == "Attention Mechanism"
    assert body["questions"][0]["question"] == "Who introduced attention?"
    assert body["questions"][0]["answer"].startswith("Dzmitry")
    assert [term["slug"] for term in body["related"]] == ["transformer", "softmax"]
    assert (await http.get("/v1/terms/nothing")).status_code == 404


async def test_a_page(http, glossary):
    body = (await http.get("/v1/pages", params={"id": "attention", "collection": "default"})).json()
    assert body.keys() == {"page_id", "collection", "title", "url", "text", "headings"}
    assert body["text"] == glossary.catalog.page("default", "attention").text
    for heading in body["headings"]:
        assert body["text"][heading["start"] : heading["end"]] == heading["text"]
    assert (await http.get("/v1/pages", params={"id": "nothing"})).status_code == 404
    assert (await http.get("/v1/pages", params={"id": "attention", "collection": "nowhere"})).status_code == 404
    assert (await http.get("/v1/pages")).status_code == 422


async def test_health(http, glossary):
    assert (await http.get("/healthz")).json() == {"status": "ok"}
    body = (await http.get("/readyz")).json()
    assert (body["status"], body["snapshot_id"], body["pages"]) == ("ready", glossary.snapshot_id, 4)


async def test_before_the_first_ingest(tmp_path):
    async with client(tmp_path) as http:
        for reply in (await http.get("/readyz"), await http.post("/v1/search", json={"query": "x"})):
            assert reply.status_code == 503
            assert "glossator ingest" in reply.json()["detail"]
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/")).status_code == 200


async def test_the_openapi_document_is_served(http):
    body = (await http.get("/openapi.json")).json()
    assert {"/v1/search", "/v1/chat", "/v1/terms", "/v1/site/{site_id}", "/v1/pages", "/readyz"} <= body["paths"].keys()


async def test_the_page_and_the_widget(http):
    page = await http.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    widget = await http.get("/widget.js")
    assert widget.headers["content-type"] == "text/javascript; charset=utf-8"
    assert widget.headers["cross-origin-resource-policy"] == "cross-origin"
    for name in ("page.css", "icon.svg"):
        assert (await http.get(f"/assets/{name}")).status_code == 200
    assert (await http.get("/assets/index.html")).status_code == 404


async def test_a_new_snapshot_is_taken_up_without_dropping_a_question(tmp_path):
    pages = write_pages(tmp_path / "pages", GLOSSARY)
    ingest_folder(tmp_path / "var", pages)
    async with client(tmp_path / "var") as http:
        library = http.app.state.services.library
        first = (await http.get("/readyz")).json()["snapshot_id"]
        asking = True
        statuses: list[int] = []

        async def ask():
            while asking:
                statuses.append((await http.post("/v1/search", json={"query": "attention"})).status_code)

        asked = [asyncio.create_task(ask()) for _ in range(3)]
        for number in range(3):
            write_pages(pages, {"more.md": f"# More\n\nNumber {number}."})
            await asyncio.to_thread(ingest_folder, tmp_path / "var", pages)
            await asyncio.to_thread(library.refresh)
        asking = False
        await asyncio.gather(*asked)
        assert set(statuses) == {200}
        assert len(statuses) > 10
        last = (await http.get("/readyz")).json()["snapshot_id"]
        assert last == open_snapshot(tmp_path / "var").snapshot_id != first


async def test_a_snapshot_that_cannot_be_used_leaves_the_old_one_in_use(tmp_path, caplog):
    from tests.fakes import HashingEmbedder

    pages = write_pages(tmp_path / "pages", GLOSSARY)
    ingest_folder(tmp_path / "var", pages)
    async with client(tmp_path / "var") as http:
        ingest_folder(tmp_path / "var", pages, embedder=HashingEmbedder(32, name="other"))
        await asyncio.to_thread(http.app.state.services.library.refresh)
        body = (await http.get("/readyz")).json()
        assert "'other'" in body["problem"]
        assert (await http.post("/v1/search", json={"query": "attention"})).status_code == 200
    assert "is not used" in caplog.text
