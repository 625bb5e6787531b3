"""What an owner learns, from the visitors' questions to the reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from service.learn import reports
from service.learn.analyst import Analyst
from tests.fakes import GLOSSARY, ingest_folder, write_pages
from tests.service.admin.acting import ask, key, lead, settled
from tests.service.admin.conftest import SHOP, SITES
from tests.service.api import client

pytestmark = pytest.mark.anyio
BAKERY = "When does the bakery open?"


@pytest.fixture
async def http(data_dir):
    async with client(data_dir, site=SITES, answer_threshold=0.3, closest_threshold=0.1, report_seconds=0) as http:
        yield http


async def learnt(http) -> None:
    """Wait until what was said so far is in the database, and let it be learnt from."""
    await settled(http)
    await http.app.state.services.learner.learn()


async def report(http, path: str, **query) -> list[dict]:
    reply = await http.get(f"/v1/admin/learn/{path}", params=query, headers=await key(http, "viewer"))
    assert reply.status_code == 200, reply.text
    return reply.json()["items"]


async def test_top_questions_are_counted_by_topic(http):
    for question in ("What is softmax?", "what is SOFTMAX", "What is softmax?", BAKERY):
        await ask(http, question)
    await learnt(http)
    first, second = await report(http, "top-questions")
    assert (first["label"], first["reception"]["asked"], first["reception"]["answered"]) == ("What is softmax?", 3, 3)
    assert first["wordings"] == [{"text": "What is softmax?", "asked": 3}]
    assert (second["label"], second["reception"]["refused"]) == (BAKERY, 1)


async def test_filters(http):
    await ask(http)
    await ask(http, "What is a vector index?", SHOP)
    await learnt(http)
    assert len(await report(http, "top-questions")) == 2
    for query in ({"site": "shop"}, {"collection": "default", "site": "shop"}, {"language": "english", "site": "shop"}):
        [only] = await report(http, "top-questions", **query)
        assert only["label"] == "What is a vector index?"
    today = datetime.now(UTC).date()
    for query in ({"collection": "nowhere"}, {"language": "german"}, {"end": str(today - timedelta(days=1))}):
        assert await report(http, "top-questions", **query) == []
    reply = await http.get(
        "/v1/admin/learn/gaps", params={"start": str(today + timedelta(days=9))}, headers=await key(http)
    )
    assert reply.status_code == 422


async def test_lists_are_paged(http):
    for question in ("What is softmax?", "What is a vector index?", BAKERY):
        await ask(http, question)
    await learnt(http)
    headers, seen, cursor = await key(http, "viewer"), [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await http.get("/v1/admin/learn/top-questions", params=query, headers=headers)).json()
        seen += [item["label"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert sorted(seen) == sorted(["What is softmax?", "What is a vector index?", BAKERY])
    wrong = await http.get("/v1/admin/learn/top-questions", params={"cursor": "-1"}, headers=headers)
    assert wrong.status_code == 422


async def test_a_gap_is_closed_by_a_page_that_answers_it(http, data_dir, tmp_path):
    await ask(http, BAKERY)
    await learnt(http)
    [gap] = await report(http, "gaps")
    assert (gap["gap"]["label"], gap["gap"]["refused"], gap["status"]["state"]) == (BAKERY, 1, "open")
    page = "---\ntitle: Bakery\n---\nThe bakery opens at seven.\n\n## When does the bakery open?\n\nThe bakery opens at seven.\n"
    ingest_folder(data_dir, write_pages(tmp_path / "pages", GLOSSARY | {"bakery.md": page}))
    library = http.app.state.services.library
    library.refresh()
    await learnt(http)
    [gap] = await report(http, "gaps")
    assert (gap["status"]["state"], gap["asked_again_of"]) == ("closed", library.current.snapshot_id)
    assert gap["status"]["pages"] == [{"collection": "default", "page_id": "bakery"}]


async def test_a_gap_is_closed_by_an_answer_of_the_owners_and_open_again_without_it(http):
    await ask(http, BAKERY)
    await learnt(http)
    editor = await key(http, "editor")
    pinned = (await http.post("/v1/admin/answers", json={"question": BAKERY, "answer": "At 7."}, headers=editor)).json()
    await learnt(http)
    assert [gap["status"]["state"] for gap in await report(http, "gaps")] == ["closed"]
    await http.delete(f"/v1/admin/answers/{pinned['id']}", headers=editor)
    await learnt(http)
    assert [gap["status"]["state"] for gap in await report(http, "gaps")] == ["open"]


async def test_the_outline_of_a_gap_is_for_its_site_alone(http):
    await ask(http, BAKERY)
    await learnt(http)
    [gap] = await report(http, "gaps")
    path = f"/v1/admin/learn/gaps/{gap['id']}/outline"
    reply = await http.get(path, headers=await key(http, "viewer", "default"))
    assert reply.headers["content-disposition"] == 'attachment; filename="when-does-the-bakery-open.md"'
    assert reply.headers["content-type"].startswith("text/markdown")
    assert reply.text.startswith("---\ntitle: When does the bakery open?\n")
    assert "draft: true" in reply.text
    foreign = await http.get(path, headers=await key(http, "viewer", "shop"))
    unknown = await http.get("/v1/admin/learn/gaps/999/outline", headers=await key(http, "viewer", "shop"))
    assert (foreign.status_code, foreign.json()["detail"]) == (unknown.status_code, unknown.json()["detail"])
    assert foreign.status_code == 404


async def test_sources_conversations_and_leads(http):
    answer = await ask(http)
    await ask(http, BAKERY)
    rating = {"message_id": answer["message_id"], "rating": "up"}
    assert (await http.post("/v1/feedback", json=rating)).status_code < 300
    lead_id = await lead(http, conversation_id=answer["conversation_id"], company="Analytical Engines")
    await learnt(http)
    first, *others = await report(http, "sources")
    assert (first["title"], first["answers"], first["up"]) == ("Softmax", 1, 1)
    assert {one["answers"] for one in others} == {0}
    [day] = await report(http, "conversations")
    assert (day["conversations"], day["reception"]["answered"], day["liked"]["value"]) == (2, 1, 1.0)
    [site] = await report(http, "conversations", by="site")
    assert site["value"] == "default"
    [item] = await report(http, "leads")
    assert (item["lead"]["id"], item["quality"]["lead_id"]) == (lead_id, lead_id)
    points = {signal["name"]: signal["points"] for signal in item["quality"]["signals"]}
    assert (points["company"], points["answered"]) == (10, 5)


async def test_the_overview_counts_by_day(http):
    await ask(http)
    await ask(http, BAKERY)
    await ask(http, "hello")
    await lead(http)
    await learnt(http)
    found = (await http.get("/v1/admin/learn/overview", headers=await key(http, "viewer"))).json()
    assert len(found["days"]) == 30
    today = found["days"][-1]
    assert (today["questions"], today["answered"], today["refused"], today["leads"]) == (2, 1, 1, 1)
    assert found["total"] == {name: today[name] for name in found["total"]}
    assert set(found["before"].values()) == {0}


async def test_what_is_erased_is_in_no_report(http):
    answer = await ask(http, "Is zebra7@example.com the address of the bakery?")
    await ask(http)
    await learnt(http)
    assert any("zebra7" in item["label"] for item in await report(http, "top-questions"))
    body = {"email": "zebra7@example.com"}
    gone = (await http.post("/v1/admin/privacy/erase", json=body, headers=await key(http))).json()
    assert gone["messages"] == 1, answer
    await learnt(http)
    assert [item["label"] for item in await report(http, "top-questions")] == ["What is softmax?"]


async def test_a_redacted_question_is_embedded_from_what_is_left(http):
    await ask(http, "Is ada@example.com the address of the bakery?", SHOP)
    await learnt(http)
    [item] = await report(http, "top-questions", site="shop")
    assert "ada@" not in item["label"]


async def test_reports_of_much_are_computed_before_somebody_asks(data_dir, monkeypatch):
    monkeypatch.setattr(reports, "_MANY", 2)
    # In this process: that another one computes the same is tested with the store.
    monkeypatch.setattr(Analyst, "apart", property(lambda self: False, lambda self, much: None), raising=False)
    async with client(data_dir, site=SITES, report_seconds=60) as http:
        for question in ("What is softmax?", BAKERY):
            await ask(http, question)
        await learnt(http)
        await http.app.state.services.reports.prepare()

        async def not_again(self, analysis, *arguments):
            raise AssertionError(f"{analysis.__name__} is computed while somebody waits")

        monkeypatch.setattr(Analyst, "compute", not_again)
        headers = await key(http, "viewer")
        for page, days in product(("questions", "gaps", "sources", "leads", "conversations"), reports.PERIODS):
            reply = await http.get(f"/admin/learn/{page}", params={"days": days}, headers=headers)
            assert reply.status_code == 200, reply.text
