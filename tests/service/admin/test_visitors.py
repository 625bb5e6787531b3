"""What visitors leave: ratings, addresses, the wish for a person, shared answers; sessions and limits."""

from __future__ import annotations

import asyncio

import pytest

from service.access.visit import Guest
from service.api.conversations import events as live_events
from tests.service.admin.acting import ask, key, lead, settled
from tests.service.admin.conftest import SHOP
from tests.service.api import client, events

pytestmark = pytest.mark.anyio


async def test_a_site_says_what_it_can_do(http):
    default = (await http.get("/v1/site/default")).json()
    assert default["features"] == {
        "chat": True, "search": True, "terms": True, "feedback": True, "leads": True, "handoff": True,
        "alignment": True, "share": True,
    }  # fmt: skip
    shop = (await http.get("/v1/site/shop")).json()
    assert shop["lead_form"]["consent"] == "Yes, write to me."
    assert shop["lead_form"]["required"] == ["budget"]


async def test_a_rating_reaches_the_owner(http):
    answer = await ask(http)
    for rating in ("up", "down"):
        body = {"message_id": answer["message_id"], "rating": rating, "comment": "call +1 650 253 0000"}
        assert (await http.post("/v1/feedback", json=body)).status_code == 204
    await settled(http)
    detail = (await http.get(f"/v1/admin/conversations/{answer['conversation_id']}", headers=await key(http))).json()
    [message] = detail["messages"]
    assert (message["rating"], message["question"], message["outcome"]) == ("down", "What is softmax?", "answered")
    assert message["passages"][0]["page_id"] == "softmax"
    assert message["citations"] == answer["citations"]
    assert message["best_score"] > 0.3


async def test_a_lead_is_kept_with_the_consent_as_it_was_worded(http):
    answer = await ask(http, headers=SHOP)
    await lead(http, SHOP, name="Ada", conversation_id=answer["conversation_id"], fields={"budget": "100"})
    await settled(http)
    [kept] = (await http.get("/v1/admin/leads", headers=await key(http))).json()["items"]
    assert (kept["email"], kept["consent_text"], kept["fields"]) == (
        "ada@example.com",
        "Yes, write to me.",
        {"budget": "100"},
    )
    assert kept["created_at"].endswith("Z")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"consent": False}, "consent"),
        ({"email": "no address"}, "email"),
        ({"email": "a@b@example.com"}, "email"),
        ({"fields": {}}, "budget"),
        ({"fields": {"budget": "1", "colour": "red"}}, "colour"),
        ({"name": "a\x00b"}, "name"),
        ({"extra": 1}, "extra"),
    ],
)
async def test_leads_that_are_refused_name_the_field(http, change, named):
    body = {"email": "ada@example.com", "consent": True, "fields": {"budget": "1"}} | change
    reply = await http.post("/v1/leads", json=body, headers=SHOP)
    assert reply.status_code == 422
    assert named in reply.json()["detail"]


async def test_an_address_is_always_filled_in(data_dir):
    site = [{"id": "default", "leads": {"required": ["email"]}}]
    async with client(data_dir, site=site) as http:
        body = {"email": "ada@example.com", "consent": True}
        assert (await http.post("/v1/leads", json=body)).status_code == 201


async def test_a_full_spool_answers_questions_and_takes_no_leads(data_dir):
    async with client(data_dir, spool_mib=1, answer_threshold=0.3) as http:
        spool = http.app.state.services.store.spool
        spool._stored = 1 << 20
        assert (await ask(http))["answered"]
        assert spool.dropped == 1
        body = {"email": "ada@example.com", "consent": True}
        reply = await http.post("/v1/leads", json=body)
        assert reply.status_code == 503
        assert int(reply.headers["retry-after"]) > 0


async def test_a_person_takes_over_and_hands_back(http):
    agent = await key(http, "agent")
    answer = await ask(http)
    conversation = answer["conversation_id"]
    asked = await http.post("/v1/handoffs", json={"conversation_id": conversation, "reason": "too hard"})
    assert (asked.status_code, asked.json()["status"]) == (201, "waiting")
    again = await http.post("/v1/handoffs", json={"conversation_id": conversation})
    assert again.json()["id"] == asked.json()["id"], "who waits already waits on"
    assert (await ask(http, conversation_id=conversation))["outcome"] == "answered", "the assistant answers meanwhile"
    await settled(http)

    [waiting] = (await http.get("/v1/admin/handoffs?status=waiting", headers=agent)).json()["items"]
    path = f"/v1/admin/handoffs/{waiting['id']}"
    assert (await http.post(f"{path}/reply", json={"text": "Hi"}, headers=agent)).status_code == 409
    assert (await http.post(f"{path}/take", headers=agent)).json()["status"] == "active"
    assert (await http.post(f"{path}/take", headers=await key(http, "agent"))).status_code == 409
    assert len((await http.get(path, headers=agent)).json()["messages"]) == 2

    silent = await ask(http, "Are you there?", conversation_id=conversation)
    assert (silent["outcome"], silent["answered"], silent["answer"]) == ("handed_off", False, "")
    assert (await http.post(f"{path}/reply", json={"text": "Yes, I am."}, headers=agent)).status_code == 201
    await settled(http)
    seen = (await http.get(f"/v1/conversations/{conversation}")).json()
    assert [(one["role"], one["text"]) for one in seen["messages"][-2:]] == [
        ("user", "Are you there?"), ("agent", "Yes, I am."),
    ]  # fmt: skip
    assert seen["handoff"]["status"] == "active"

    assert (await http.post(f"{path}/return", headers=agent)).json()["status"] == "returned"
    assert (await ask(http, conversation_id=conversation))["outcome"] == "answered"
    assert (await http.post(f"{path}/close", headers=agent)).status_code == 409


async def test_two_agents_take_one_handoff(http):
    answer = await ask(http)
    await http.post("/v1/handoffs", json={"conversation_id": answer["conversation_id"]})
    await settled(http)
    agents = [await key(http, "agent") for _ in range(8)]
    [waiting] = (await http.get("/v1/admin/handoffs", headers=agents[0])).json()["items"]
    taken = await asyncio.gather(
        *(http.post(f"/v1/admin/handoffs/{waiting['id']}/take", headers=one) for one in agents)
    )
    assert sorted(one.status_code for one in taken) == [200] + [409] * 7


async def test_live_events(http):
    services = http.app.state.services
    guest = Guest(services.sites.get("default"), None)
    answer = await ask(http)
    conversation = answer["conversation_id"]
    await http.post("/v1/handoffs", json={"conversation_id": conversation})
    await settled(http)
    agent = await key(http, "agent")
    stream = (await live_events(conversation, guest, services)).body_iterator
    assert (await anext(stream)).startswith(b":"), "a comment says that the stream is open"
    assert events((await anext(stream)).decode())[0][0] == "handoff"
    [waiting] = (await http.get("/v1/admin/handoffs", headers=agent)).json()["items"]
    path = f"/v1/admin/handoffs/{waiting['id']}"
    await http.post(f"{path}/take", headers=agent)
    [(name, state)] = events((await anext(stream)).decode())
    assert (name, state["status"]) == ("handoff", "active")
    await http.post(f"{path}/reply", json={"text": "Hello"}, headers=agent)
    [(name, message)] = events((await anext(stream)).decode())
    assert (name, message["role"], message["text"]) == ("message", "agent", "Hello")
    later = (await live_events(conversation, guest, services)).body_iterator
    await http.post(f"{path}/reply", json={"text": "Are you there?"}, headers=agent)
    [(name, second)] = events((await anext(stream)).decode())
    assert (await anext(later)).startswith(b":")
    news = dict(events((await anext(later)).decode() + (await anext(later)).decode()))
    assert news["message"] == second, "what is written once the stream has begun is news, however late it is read"
    said = (await http.get(f"/v1/conversations/{conversation}")).json()["messages"]
    assert [one["message_id"] for one in said if one["role"] == "agent"] == [
        message["message_id"],
        second["message_id"],
    ]
    await later.aclose()
    await http.post(f"{path}/close", headers=agent)
    [(name, state)] = events((await anext(stream)).decode())
    assert (name, state["status"]) == ("handoff", "closed")
    await stream.aclose()


async def test_rules_call_a_person(http):
    sites = [(await http.get(f"/v1/site/{site}", headers=SHOP)).json() for site in ("shop", "default")]
    assert [site["person_by_rule"] for site in sites] == [True, False]
    refund = await ask(http, "I want a refund for softmax", headers=SHOP)
    first = await ask(http, "When does the bakery open?", headers=SHOP)
    await settled(http)
    owner = await key(http)
    causes = {
        one["conversation_id"]: one["cause"]
        for one in (await http.get("/v1/admin/handoffs", headers=owner)).json()["items"]
    }
    assert causes == {refund["conversation_id"]: "keyword"}
    await ask(http, "And where is the butcher?", SHOP, conversation_id=first["conversation_id"])
    await settled(http)
    causes = {
        one["conversation_id"]: one["cause"]
        for one in (await http.get("/v1/admin/handoffs", headers=owner)).json()["items"]
    }
    assert causes[first["conversation_id"]] == "refused_twice"


async def test_a_shared_answer_says_nothing_of_who_asked(http):
    answer = await ask(http)
    shared = await http.post(f"/v1/messages/{answer['message_id']}/share")
    assert shared.status_code == 201
    again = await http.post(f"/v1/messages/{answer['message_id']}/share")
    assert again.json() == shared.json()
    assert shared.json()["url"].endswith(f"/s/{shared.json()['token']}")
    seen = (await http.get(f"/v1/shares/{shared.json()['token']}")).json()
    assert (seen["question"], seen["answer"]) == ("What is softmax?", answer["answer"])
    assert not seen.keys() & {"conversation_id", "visitor_id", "id"}
    assert (await http.get("/v1/shares/unknown")).status_code == 404


async def test_a_conversation_goes_on_after_a_restart(data_dir):
    async with client(data_dir, answer_threshold=0.3) as http:
        begun = await ask(http, "What is attention?")
        await settled(http)
    async with client(data_dir, answer_threshold=0.3) as http:
        assert "Bahdanau" in (await ask(http, "Who introduced it?", conversation_id=begun["conversation_id"]))["answer"]


LOCKED = [{"id": "default", "access": {"require_session": True}}, {"id": "other", "access": {"require_session": True}}]


async def test_sites_that_ask_for_a_session(data_dir):
    async with client(data_dir, site=LOCKED, answer_threshold=0.3) as http:
        body = {"message": "What is softmax?"}
        assert (await http.post("/v1/chat", json=body)).status_code == 401
        first, second, other = [
            {"Authorization": "Bearer " + (await http.post("/v1/sessions", json={"site_id": site})).json()["token"]}
            for site in ("default", "default", "other")
        ]
        answer = await ask(http, headers=first)
        await settled(http)
        mine = f"/v1/conversations/{answer['conversation_id']}"
        assert (await http.get(mine, headers=first)).status_code == 200
        assert (await http.get(mine, headers=second)).status_code == 404, "another visitor's"
        assert (await http.get(mine, headers=other)).status_code == 401, "a session of another site"
        assert (await http.get(mine, headers={"Authorization": first["Authorization"][:-2] + "xx"})).status_code == 401
        reply = await http.post("/v1/sessions", json={"site_id": "default"}, headers=first)
        renewed = {"Authorization": f"Bearer {reply.json()['token']}"}
        assert (await http.get(mine, headers=renewed)).status_code == 200, "the same visitor goes on"
        assert (await http.post("/v1/sessions", json={"site_id": "nowhere"})).status_code == 404


async def test_keys_of_other_kinds_do_no_harm_where_no_session_is_needed(http):
    assert (await ask(http, headers={"Authorization": "Bearer sk-something-else"}))["answered"]


LIMITED = [{"id": "default", "access": {"visitor_per_minute": 3, "site_per_minute": 5}}]


async def test_limits_by_visitor_and_by_site_and_whose_word_counts(data_dir):
    async def ask_from(http, forwarded):
        return await http.post("/v1/search", json={"query": "softmax"}, headers={"X-Forwarded-For": forwarded})

    async with client(data_dir, site=LIMITED) as http:  # nobody is believed, so all are one visitor
        assert [(await ask_from(http, f"203.0.113.{i}")).status_code for i in range(4)] == [200] * 3 + [429]
    async with client(data_dir, site=LIMITED, trusted_proxies=("127.0.0.1",)) as http:
        first = [(await ask_from(http, "203.0.113.1")).status_code for _ in range(4)]
        # What the visitor wrote before the proxy added the address that it saw counts for nothing.
        spoofed = await ask_from(http, "198.51.100.7, 203.0.113.1")
        second = [(await ask_from(http, "203.0.113.2")).status_code for _ in range(3)]
        assert (first, spoofed.status_code, second) == ([200] * 3 + [429], 429, [200] * 2 + [429])
        assert spoofed.headers["content-type"] == "application/problem+json"
        assert int(spoofed.headers["retry-after"]) > 0
        assert (await http.get("/v1/terms", headers={"X-Forwarded-For": "203.0.113.1"})).status_code == 200


async def test_without_redis_each_worker_counts_its_share(data_dir):
    async with client(data_dir, site=LIMITED, workers=3) as http:
        codes = [(await http.post("/v1/search", json={"query": "softmax"})).status_code for _ in range(2)]
        assert codes == [200, 429]


async def test_a_household_is_one_visitor(data_dir):
    async with client(data_dir, site=LIMITED, trusted_proxies=("127.0.0.1",)) as http:
        codes = []
        for i in range(4):
            headers = {"X-Forwarded-For": f"2001:db8:1:2::{i + 1:x}"}
            codes.append((await http.post("/v1/search", json={"query": "softmax"}, headers=headers)).status_code)
        assert codes == [200] * 3 + [429]
