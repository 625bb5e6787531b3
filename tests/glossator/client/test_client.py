"""The client against an application in this process, and against servers that misbehave."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing, asynccontextmanager

import httpx
import pytest

from glossator.client import (
    Ambiguous,
    Answer,
    ApiError,
    AsyncClient,
    Client,
    Delta,
    Denied,
    Invalid,
    Missing,
    Outcome,
    Overloaded,
    Sources,
    Started,
    Turn,
    Unreachable,
)
from service.app import create_app
from service.settings import load_settings
from tests.fakes import HashingEmbedder
from tests.service.access.test_origins import SITES, data_dir  # noqa: F401

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def connected(data_dir, site_id=None, **settings):  # noqa: F811
    given = {"question_days": 0, "answer_threshold": 0.3, "closest_threshold": 0.1} | settings
    app = create_app(load_settings(data_dir=data_dir, **given), HashingEmbedder())
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), AsyncClient(site=site_id, transport=transport) as client:
        yield client


async def test_answers_are_typed(glossary_dir):
    async with connected(glossary_dir) as client:
        answer = await client.chat("What is softmax?")
        assert isinstance(answer, Answer)
        assert answer.outcome is Outcome.ANSWERED
        page = await client.page(answer.citations[0].page_id)
        assert page.text[answer.citations[0].start : answer.citations[0].end] == answer.citations[0].quote
        again = await client.chat("What does it divide?", conversation_id=answer.conversation_id)
        assert again.conversation_id == answer.conversation_id
        told = await client.chat("What does it divide?", history=[Turn("user", "What is softmax?")])
        assert told.citations[0].page_id == "softmax"
        found = await client.search("attention", limit=2)
        assert len(found.results) == 2


async def test_everything_else(glossary_dir):
    async with connected(glossary_dir) as client:
        listed = await client.terms("soft", limit=1)
        assert ([one.slug for one in listed.items], listed.next) == (["softmax"], None)
        assert len([one async for one in client.all_terms()]) == 4
        assert (await client.term("attention-mechanism")).related[0].slug == "transformer"
        assert (await client.site("default")).features.chat
        assert (await client.health()).status == "ok"
        assert (await client.ready()).pages == 4


async def test_streams(glossary_dir):
    async with connected(glossary_dir) as client:
        events = [event async for event in client.stream("What is softmax?")]
        assert isinstance(events[0], Started)
        assert isinstance(events[1], Sources)
        assert events[-1].answer == "".join(event.text for event in events if isinstance(event, Delta))
        with pytest.raises(Missing):
            await anext(client.stream("What?", collection="nowhere"))


async def test_errors_are_typed(data_dir):  # noqa: F811
    async with connected(data_dir, site=SITES) as client:
        with pytest.raises(Missing, match="nowhere") as missing:
            await client.page("nowhere", collection="public")
        assert (missing.value.status, missing.value.title) == (404, "Not Found")
        assert missing.value.request_id in str(missing.value)
        with pytest.raises(Invalid) as invalid:
            await client.search("x", limit=99)
        assert invalid.value.errors[0].field == "limit"
        with pytest.raises(Ambiguous) as ambiguous:
            await client.term("softmax")
        assert {one.collection for one in ambiguous.value.choices} == {"public", "private"}
        assert (await client.term("softmax", collection="public")).collection == "public"
    async with connected(data_dir, "shop", site=SITES) as client:
        with pytest.raises(Missing):
            await client.term("softmax", collection="private")


async def test_before_anything_is_published(tmp_path):
    async with connected(tmp_path) as client:
        client._retries = 0
        with pytest.raises(Overloaded, match="glossator ingest"):
            await client.ready()


def answering(*responses: httpx.Response) -> tuple[Client, list[httpx.Request]]:
    """Return a client of a server that answers so, and what it is asked."""
    asked: list[httpx.Request] = []
    left = iter(responses)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return next(left)

    return Client("https://x.example", token="t", site="s", transport=httpx.MockTransport(answer)), asked


BUSY = {"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": "busy"}
HEALTH = httpx.Response(200, json={"status": "ok"})


@pytest.mark.parametrize("status", [429, 503])
def test_an_overloaded_service_is_asked_again(status):
    client, asked = answering(httpx.Response(status, json=BUSY, headers={"Retry-After": "0"}), HEALTH)
    assert client.health().status == "ok"
    assert len(asked) == 2
    assert asked[0].headers["Authorization"] == "Bearer t"
    assert asked[0].headers["X-Glossator-Site"] == "s"


def test_not_for_ever_and_not_after_ages():
    client, asked = answering(*[httpx.Response(503, json=BUSY, headers={"Retry-After": "0"})] * 3)
    with pytest.raises(Overloaded, match="busy"):
        client.health()
    assert len(asked) == 3
    client, asked = answering(httpx.Response(503, json=BUSY, headers={"Retry-After": "3600"}))
    with pytest.raises(Overloaded):
        client.health()
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("response", "error", "said"),
    [
        (httpx.Response(502, text="<h1>Bad Gateway</h1>"), ApiError, "502 Bad Gateway: <h1>"),
        (httpx.Response(403, json=BUSY | {"status": 403}), Denied, "busy"),
        (httpx.Response(200, text="<h1>Hello</h1>"), Unreachable, "Is this the address of a Glossator service"),
        (httpx.Response(200, json={"other": 1}), Unreachable, "Is this the address of a Glossator service"),
        (httpx.Response(302, headers={"Location": "/login"}), ApiError, "302 Found"),
    ],
)
def test_what_comes_is_checked(response, error, said):
    client, _ = answering(response)
    with pytest.raises(error, match=said.replace("?", r"\?")):
        client.terms()


def test_fields_that_are_new_are_left_out():
    client, _ = answering(httpx.Response(200, json={"status": "ok", "mood": "good"}))
    assert client.health().status == "ok"


def stream_of(*events: tuple[str, object]) -> httpx.Response:
    body = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n: ping\n\n" for name, data in events)
    return httpx.Response(200, text=body, headers={"Content-Type": "text/event-stream"})


START = ("start", {"conversation_id": "c", "message_id": "m"})


def test_a_stream_that_ends_too_early_or_badly():
    client, _ = answering(
        stream_of(START, ("delta", {"text": "So"}), ("mood", {})),
        stream_of(START, ("error", BUSY)),
        stream_of(("start", {})),
        httpx.Response(200, text="hello"),
    )
    events = client.stream("What?")
    assert [next(events), next(events)] == [Started("c", "m"), Delta("So")]
    with pytest.raises(Unreachable, match="broke off"):
        next(events)
    with pytest.raises(Overloaded, match="busy"):
        list(client.stream("What?"))
    with pytest.raises(Unreachable, match="no Started"):
        list(client.stream("What?"))
    with pytest.raises(Unreachable, match="event-stream"):
        list(client.stream("What?"))


async def test_nobody_answers():
    listening = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with AsyncClient(f"http://127.0.0.1:{port}") as client:
        with pytest.raises(Unreachable, match=f"127.0.0.1:{port}"):
            await client.health()
        listening.close()
        await listening.wait_closed()
        with pytest.raises(Unreachable, match="cannot be reached"):
            await client.health()


async def test_a_service_that_says_nothing():
    async def silent(reader, writer):
        await reader.read()
        writer.close()

    listening = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with (
        listening,
        AsyncClient(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", timeout=0.1) as client,
    ):
        with pytest.raises(Unreachable, match="in time"):
            await client.health()
        async with aclosing(client.stream("What?")) as events:
            with pytest.raises(Unreachable, match="in time"):
                await anext(events)
