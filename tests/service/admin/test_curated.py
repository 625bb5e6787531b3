"""Answers that the owner pins to questions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.service.admin.acting import ask, key, settled
from tests.service.admin.conftest import SHOP

pytestmark = pytest.mark.anyio

PINNED = {
    "question": "When does the bakery open?",
    "answer": "At **seven**, on Sundays at nine.",
    "link": "https://bakery.example.com/hours",
}


async def pin(http, **change) -> dict:
    reply = await http.post("/v1/admin/answers", json=PINNED | change, headers=await key(http, "editor"))
    assert reply.status_code == 201, reply.text
    return reply.json()


async def test_a_pinned_answer_is_given_as_the_owner_wrote_it_and_marked(http):
    assert (await ask(http, "When does the bakery open?"))["outcome"] == "refused"
    pinned = await pin(http)
    answer = await ask(http, "when does the bakery open")
    assert (answer["outcome"], answer["model"], answer["citations"]) == ("answered", "owner", [])
    assert answer["answer"] == "At **seven**, on Sundays at nine.\n\n<https://bakery.example.com/hours>"
    assert (await ask(http, "What is softmax?"))["model"] == "extractive"
    await settled(http)
    path = f"/v1/admin/conversations/{answer['conversation_id']}"
    [message] = (await http.get(path, headers=await key(http))).json()["messages"]
    assert message["curated_id"] == pinned["id"]


async def test_it_belongs_to_its_site(http):
    await pin(http)
    assert (await ask(http, "When does the bakery open?", SHOP))["outcome"] == "refused"


async def test_it_expires_changes_and_goes(http):
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    editor = await key(http, "editor")
    pinned = await pin(http, expires_at=soon)
    path = f"/v1/admin/answers/{pinned['id']}"
    assert (await ask(http, PINNED["question"]))["model"] == "owner"
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert (await http.put(path, json=PINNED | {"expires_at": past}, headers=editor)).status_code == 200
    assert (await ask(http, PINNED["question"]))["outcome"] == "refused"
    assert (await http.put(path, json=PINNED | {"answer": "At eight."}, headers=editor)).json()["expires_at"] is None
    assert (await ask(http, PINNED["question"]))["answer"].startswith("At eight.")
    assert (await http.delete(path, headers=editor)).status_code == 204
    assert (await ask(http, PINNED["question"]))["outcome"] == "refused"


async def test_what_is_refused(http):
    editor = await key(http, "editor")
    for change in ({"link": "javascript:alert(1)"}, {"expires_at": "2027-01-01T00:00:00"}, {"answer": ""}):
        assert (await http.post("/v1/admin/answers", json=PINNED | change, headers=editor)).status_code == 422
    assert (
        await http.post("/v1/admin/answers", json=PINNED | {"site_id": "nowhere"}, headers=editor)
    ).status_code == 404
