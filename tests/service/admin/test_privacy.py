"""What is kept of visitors: redacted, given out, erased from every file, gone when it is too old."""

from __future__ import annotations

import asyncio
import csv
import io
import json

import pytest
from sqlalchemy import update

from service.privacy.export import cell
from service.privacy.redaction import redacted
from service.store import schema
from tests.service.admin.acting import ask, key, lead, settled
from tests.service.admin.conftest import SHOP
from tests.service.api import client

pytestmark = pytest.mark.anyio

ALL = ("email", "phone", "card")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Write to Ada.L+x@mail.example.com, please", "Write to [email], please"),
        ("call +49 30 901820 or (650) 253-0000", "call [phone] or [phone]"),
        ("card 4111 1111 1111 1111, exp 12/27", "card [card], exp 12/27"),
        ("order 4111 1111 1111 1112", "order 4111 1111 1111 1112"),
        ("In 2019, 2020 and 2021 we sold 1,234,567", "In 2019, 2020 and 2021 we sold 1,234,567"),
        ("python 3.11.7 at 192.168.100.200", "python 3.11.7 at 192.168.100.200"),
        ("@handle and a@b", "@handle and a@b"),
    ],
)
def test_redaction(text, kept):
    assert redacted(text, ALL, "US") == kept


def test_redaction_can_be_switched_off():
    assert redacted("ada@example.com", (), "US") == "ada@example.com"


async def test_messages_are_redacted_before_they_touch_the_disk(http, data_dir):
    await ask(http, "What is softmax? ada.secret@example.com", headers=SHOP)
    await settled(http)
    http.app.state.services.asked._executor.submit(lambda: None).result()
    assert not _files_with(data_dir, b"ada.secret")
    listed = (await http.get("/v1/admin/conversations", headers=await key(http))).json()["items"]
    assert "[email]" in listed[0]["questions"]


MARKER = "zanzibar-7319"
EMAIL = f"{MARKER}@example.com"


def _files_with(folder, marker: bytes) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.is_file() and marker in path.read_bytes()]


async def _visit(http) -> dict[str, str]:
    token = (await http.post("/v1/sessions", json={})).json()
    headers = {"Authorization": f"Bearer {token['token']}"}
    first = await ask(http, f"What is softmax? {MARKER}", headers=headers)
    conversation = {"conversation_id": first["conversation_id"]}
    await ask(http, f"What is attention, {MARKER}?", headers=headers, **conversation)
    rating = {"message_id": first["message_id"], "rating": "down", "comment": MARKER}
    await http.post("/v1/feedback", json=rating, headers=headers)
    await lead(http, headers, email=EMAIL, name=MARKER, message=MARKER, **conversation)
    await http.post("/v1/handoffs", json={"reason": MARKER, "contact": EMAIL, **conversation}, headers=headers)
    await settled(http)
    await http.post(f"/v1/messages/{first['message_id']}/share", headers=headers)
    agent = await key(http, "agent")
    [waiting] = [
        one for one in (await http.get("/v1/admin/handoffs", headers=agent)).json()["items"] if one["reason"] == MARKER
    ]
    await http.post(f"/v1/admin/handoffs/{waiting['id']}/take", headers=agent)
    await ask(http, f"I am {MARKER}", headers=headers, **conversation)
    await http.post(f"/v1/admin/handoffs/{waiting['id']}/reply", json={"text": f"Hello {MARKER}"}, headers=agent)
    await settled(http)
    return {"visitor_id": token["visitor_id"], "email": EMAIL}


@pytest.mark.parametrize("by", ["visitor_id", "email"])
async def test_after_erasing_the_marker_is_in_no_file(http, data_dir, by):
    owner = await key(http)
    subject = await _visit(http)
    for i in range(30):  # others, whose rows stay
        await lead(http, email=f"other{i}@example.com")
    assert _files_with(data_dir, MARKER.encode())
    wanted = {by: subject[by]}
    given = (await http.post("/v1/admin/privacy/export", json=wanted, headers=owner)).json()
    assert {name: len(rows) for name, rows in given.items()} == {
        "shares": 1, "feedback": 1, "messages": 2, "handoff_messages": 2, "deliveries": 0, "handoffs": 1, "leads": 1,
        "conversations": 1,
    }  # fmt: skip
    gone = (await http.post("/v1/admin/privacy/erase", json=wanted, headers=owner)).json()
    assert gone["messages"] == 2
    assert _files_with(data_dir, MARKER.encode()) == []
    left = (await http.post("/v1/admin/privacy/export", json=wanted, headers=owner)).json()
    assert not any(left.values())
    assert len((await http.get("/v1/admin/leads?limit=200", headers=owner)).json()["items"]) == 30


async def test_erasing_names_one_visitor(http):
    owner = await key(http)
    for body in ({}, {"visitor_id": "12345678", "email": "a@example.com"}, {"email": "%"}):
        assert (await http.post("/v1/admin/privacy/erase", json=body, headers=owner)).status_code == 422


KEPT = [{"id": "default", "privacy": {"conversation_days": 30, "lead_days": 60}}]


async def test_what_is_too_old_goes(data_dir):
    from service.privacy import erasure

    async with client(data_dir, site=KEPT, answer_threshold=0.3) as http:
        old, young = await ask(http), await ask(http)
        for answer in (old, young):
            await lead(http, conversation_id=answer["conversation_id"])
        await settled(http)
        services = http.app.state.services
        days = 86_400_000
        async with services.store.database.writing() as connection:
            change = update(schema.conversations).where(schema.conversations.c.id == old["conversation_id"])
            await connection.execute(change.values(last_at=schema.now() - 31 * days))
            change = update(schema.leads).where(schema.leads.c.conversation_id == young["conversation_id"])
            await connection.execute(change.values(created_at=schema.now() - 61 * days))
        await erasure.expire(services.store, services.sites)
        owner = await key(http)
        listed = (await http.get("/v1/admin/conversations", headers=owner)).json()["items"]
        assert [one["id"] for one in listed] == [young["conversation_id"]]
        [kept] = (await http.get("/v1/admin/leads", headers=owner)).json()["items"]
        assert kept["conversation_id"] == old["conversation_id"], "a lead has its own time"


async def test_logs_hold_no_question_and_no_address(http, caplog):
    await ask(http, f"What is {MARKER}?")
    await lead(http, email=EMAIL)
    await settled(http)
    await http.post("/v1/admin/privacy/erase", json={"email": EMAIL}, headers=await key(http))
    assert MARKER not in caplog.text


def test_cells_that_a_spreadsheet_would_compute(hostile):
    values = [
        json.loads(line)["value"] for line in (hostile / "csv_formula.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for value in [*values, "=1+1", "+49 30", "-1+1", "@x", "%x", "|x"]:
        assert cell(value).startswith("'"), value
        assert cell(value)[1:] == value
    assert cell("plain = text") == "plain = text"
    assert cell(-3) == "-3"


async def test_exports_are_whole_and_safe(http):
    for i in range(5):
        await lead(http, name=f"=1+{i}", message='a "quote"\nand a line; =2')
    await settled(http)
    owner = await key(http)
    text = (await http.get("/v1/admin/leads/export?format=csv", headers=owner)).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sorted(row["name"] for row in rows) == [f"'=1+{i}" for i in range(5)]
    assert rows[0]["message"] == 'a "quote"\nand a line; =2'
    lines = (await http.get("/v1/admin/leads/export?format=jsonl", headers=owner)).text.splitlines()
    assert sorted(json.loads(line)["name"] for line in lines) == [f"=1+{i}" for i in range(5)]
    assert (await http.get("/v1/admin/conversations/export", headers=owner)).headers["content-disposition"]


async def test_erasing_waits_for_what_is_still_in_the_spool(http, data_dir):
    owner = await key(http)
    await asyncio.gather(*(lead(http, email=EMAIL) for _ in range(10)))
    gone = (await http.post("/v1/admin/privacy/erase", json={"email": EMAIL}, headers=owner)).json()
    assert gone["leads"] == 10
    await settled(http)
    assert _files_with(data_dir, MARKER.encode()) == []
